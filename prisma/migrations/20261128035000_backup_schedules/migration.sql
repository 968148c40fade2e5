-- CreateTable
CREATE TABLE "backup_schedules" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "jitter_minutes" INTEGER NOT NULL,
    "destination_id" UUID NOT NULL,
    "include_filestore" BOOLEAN NOT NULL DEFAULT true,
    "keep_last" INTEGER NOT NULL,
    "keep_hourly" INTEGER NOT NULL,
    "keep_daily" INTEGER NOT NULL,
    "keep_weekly" INTEGER NOT NULL,
    "keep_monthly" INTEGER NOT NULL,
    "keep_yearly" INTEGER NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "next_run_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3),
    "last_run_at" TIMESTAMPTZ(3),
    "last_problem" TEXT,
    "retained_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "backup_schedules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "backup_alerts" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "instance_id" UUID,
    "instance_name" TEXT,
    "schedule_id" UUID,
    "backup_id" UUID,
    "alert_type" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "read_at" TIMESTAMPTZ(3),
    "dismissed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "backup_alerts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "backup_schedules_org_id_id_idx" ON "backup_schedules"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "backup_schedules_environment_id_name_key" ON "backup_schedules"("environment_id", "name");

-- CreateIndex
CREATE INDEX "backup_schedules_destination_id_idx" ON "backup_schedules"("destination_id");

-- What is due is found by this alone.
CREATE INDEX "backup_schedules_next_run_at_idx" ON "backup_schedules"("next_run_at");

-- CreateIndex
CREATE INDEX "backup_alerts_org_id_id_idx" ON "backup_alerts"("org_id", "id");

-- One alert of a kind about one backup.
CREATE UNIQUE INDEX "backup_alerts_backup_id_alert_type_key" ON "backup_alerts"("backup_id", "alert_type");

-- CreateIndex
CREATE INDEX "backup_alerts_environment_id_idx" ON "backup_alerts"("environment_id");

-- CreateIndex
CREATE INDEX "backups_schedule_id_completed_at_idx" ON "backups"("schedule_id", "completed_at");

-- AddForeignKey
ALTER TABLE "backup_schedules" ADD CONSTRAINT "backup_schedules_destination_id_fkey" FOREIGN KEY ("destination_id") REFERENCES "backup_destinations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backup_schedules" ADD CONSTRAINT "backup_schedules_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE backup_schedules ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON backup_schedules TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON backup_schedules TO ocore_tenant;

ALTER TABLE backup_alerts ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON backup_alerts TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON backup_alerts TO ocore_tenant;
