-- CreateEnum
CREATE TYPE "destination_type" AS ENUM ('s3', 's3_compatible', 'sftp', 'local');

-- CreateEnum
CREATE TYPE "backup_type" AS ENUM ('manual', 'scheduled', 'pre_deploy', 'pre_restore', 'pre_delete', 'pre_upgrade');

-- CreateEnum
CREATE TYPE "backup_status" AS ENUM ('pending', 'running', 'completed', 'failed', 'cancelled');

-- CreateTable
CREATE TABLE "backup_destinations" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "destination_type" "destination_type" NOT NULL,
    "config" JSONB NOT NULL,
    "credentials_enc" TEXT,
    "server_id" UUID,
    "tested_at" TIMESTAMPTZ(3),
    "test_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "backup_destinations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "backup_repositories" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "destination_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "password_enc" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "backup_repositories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "backups" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "instance_name" TEXT NOT NULL,
    "destination_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "schedule_id" UUID,
    "backup_type" "backup_type" NOT NULL,
    "status" "backup_status" NOT NULL DEFAULT 'pending',
    "status_message" TEXT,
    "notes" TEXT NOT NULL DEFAULT '',
    "include_filestore" BOOLEAN NOT NULL DEFAULT true,
    "pinned" BOOLEAN NOT NULL DEFAULT false,
    "snapshot_id" TEXT,
    "manifest" JSONB,
    "database_bytes" BIGINT,
    "filestore_bytes" BIGINT,
    "added_bytes" BIGINT,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "verified_at" TIMESTAMPTZ(3),

    CONSTRAINT "backups_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "backup_destinations_org_id_id_idx" ON "backup_destinations"("org_id", "id");

-- CreateIndex
CREATE INDEX "backup_destinations_server_id_idx" ON "backup_destinations"("server_id");

-- CreateIndex
CREATE UNIQUE INDEX "backup_destinations_org_id_name_key" ON "backup_destinations"("org_id", "name");

-- CreateIndex
CREATE INDEX "backup_repositories_org_id_id_idx" ON "backup_repositories"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "backup_repositories_destination_id_instance_id_key" ON "backup_repositories"("destination_id", "instance_id");

-- CreateIndex
CREATE INDEX "backups_environment_id_id_idx" ON "backups"("environment_id", "id");

-- CreateIndex
CREATE INDEX "backups_org_id_id_idx" ON "backups"("org_id", "id");

-- CreateIndex
CREATE INDEX "backups_instance_id_status_idx" ON "backups"("instance_id", "status");

-- CreateIndex
CREATE INDEX "backups_repository_id_idx" ON "backups"("repository_id");

-- CreateIndex
CREATE INDEX "backups_destination_id_idx" ON "backups"("destination_id");

-- AddForeignKey
ALTER TABLE "backup_destinations" ADD CONSTRAINT "backup_destinations_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backup_destinations" ADD CONSTRAINT "backup_destinations_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backup_repositories" ADD CONSTRAINT "backup_repositories_destination_id_fkey" FOREIGN KEY ("destination_id") REFERENCES "backup_destinations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backups" ADD CONSTRAINT "backups_destination_id_fkey" FOREIGN KEY ("destination_id") REFERENCES "backup_destinations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "backups" ADD CONSTRAINT "backups_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "backup_repositories"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE backup_destinations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON backup_destinations TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON backup_destinations TO ocore_tenant;

ALTER TABLE backup_repositories ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON backup_repositories TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON backup_repositories TO ocore_tenant;

ALTER TABLE backups ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON backups TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON backups TO ocore_tenant;
