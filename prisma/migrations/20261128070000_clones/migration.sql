-- CreateEnum
CREATE TYPE "restore_test_status" AS ENUM ('pending', 'running', 'completed', 'failed', 'cancelled');

-- CreateTable
CREATE TABLE "instance_clones" (
    "instance_id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "source_instance_id" UUID NOT NULL,
    "source_instance_name" TEXT NOT NULL,
    "source_environment_id" UUID NOT NULL,
    "backup_id" UUID,
    "include_filestore" BOOLEAN NOT NULL,
    "mail_catcher" BOOLEAN NOT NULL,
    "anonymized" BOOLEAN NOT NULL,
    "neutralized_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "instance_clones_pkey" PRIMARY KEY ("instance_id")
);

-- CreateTable
CREATE TABLE "restore_test_schedules" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "cron" TEXT,
    "time_zone" TEXT NOT NULL,
    "every_backups" INTEGER,
    "active" BOOLEAN NOT NULL,
    "counted_from" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "restore_test_schedules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "restore_tests" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "instance_name" TEXT NOT NULL,
    "backup_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "schedule_id" UUID,
    "status" "restore_test_status" NOT NULL DEFAULT 'pending',
    "status_message" TEXT,
    "secrets_enc" TEXT,
    "rto_seconds" INTEGER,
    "rpo_seconds" INTEGER,
    "tables_checked" INTEGER,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "restore_tests_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "instance_clones_org_id_idx" ON "instance_clones"("org_id");

-- CreateIndex
CREATE UNIQUE INDEX "restore_test_schedules_environment_id_key" ON "restore_test_schedules"("environment_id");

-- CreateIndex
CREATE INDEX "restore_test_schedules_org_id_id_idx" ON "restore_test_schedules"("org_id", "id");

-- CreateIndex
CREATE INDEX "restore_tests_environment_id_id_idx" ON "restore_tests"("environment_id", "id");

-- CreateIndex
CREATE INDEX "restore_tests_org_id_id_idx" ON "restore_tests"("org_id", "id");

-- CreateIndex
CREATE INDEX "restore_tests_schedule_id_created_at_idx" ON "restore_tests"("schedule_id", "created_at");

-- AddForeignKey
ALTER TABLE "instance_clones" ADD CONSTRAINT "instance_clones_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instances"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE instance_clones ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON instance_clones TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON instance_clones TO ocore_tenant;

ALTER TABLE restore_test_schedules ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON restore_test_schedules TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON restore_test_schedules TO ocore_tenant;

ALTER TABLE restore_tests ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON restore_tests TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON restore_tests TO ocore_tenant;
