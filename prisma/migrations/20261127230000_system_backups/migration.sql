-- CreateEnum
CREATE TYPE "system_backup_status" AS ENUM ('running', 'completed', 'failed');

-- CreateTable
CREATE TABLE "system_backups" (
    "id" UUID NOT NULL,
    "status" "system_backup_status" NOT NULL DEFAULT 'running',
    "trigger" TEXT NOT NULL,
    "destination" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "size_bytes" BIGINT,
    "error" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "system_backups_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "system_backups_started_at_idx" ON "system_backups"("started_at");

-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "restored_at" TIMESTAMPTZ(3);
