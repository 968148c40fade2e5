-- CreateEnum
CREATE TYPE "wal_archive_status" AS ENUM ('starting', 'active', 'lagging', 'broken', 'failed', 'stopping');

-- CreateTable
CREATE TABLE "wal_archives" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "status" "wal_archive_status" NOT NULL DEFAULT 'starting',
    "status_message" TEXT,
    "password_enc" TEXT NOT NULL,
    "retention_days" INTEGER NOT NULL,
    "made_by" UUID,
    "base_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "newest_at" TIMESTAMPTZ(3),
    "newest_lsn" TEXT,
    "lag_bytes" BIGINT,
    "checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "wal_archives_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "base_backups" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "archive_id" UUID NOT NULL,
    "snapshot_id" TEXT NOT NULL,
    "wal_snapshot_id" TEXT NOT NULL,
    "postgres_image" TEXT NOT NULL,
    "start_file" TEXT NOT NULL,
    "made_by" UUID,
    "consistent_at" TIMESTAMPTZ(3) NOT NULL,
    "newest_at" TIMESTAMPTZ(3) NOT NULL,
    "bytes" BIGINT NOT NULL,
    "closed" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "base_backups_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "wal_archives_instance_id_key" ON "wal_archives"("instance_id");

-- CreateIndex
CREATE INDEX "wal_archives_org_id_id_idx" ON "wal_archives"("org_id", "id");

-- CreateIndex
CREATE INDEX "wal_archives_repository_id_idx" ON "wal_archives"("repository_id");

-- CreateIndex
CREATE INDEX "base_backups_archive_id_consistent_at_idx" ON "base_backups"("archive_id", "consistent_at");

-- CreateIndex
CREATE INDEX "base_backups_org_id_id_idx" ON "base_backups"("org_id", "id");

-- AddForeignKey
ALTER TABLE "wal_archives" ADD CONSTRAINT "wal_archives_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instances"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "wal_archives" ADD CONSTRAINT "wal_archives_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "backup_repositories"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "base_backups" ADD CONSTRAINT "base_backups_archive_id_fkey" FOREIGN KEY ("archive_id") REFERENCES "wal_archives"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE wal_archives ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON wal_archives TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON wal_archives TO ocore_tenant;

ALTER TABLE base_backups ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON base_backups TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON base_backups TO ocore_tenant;
