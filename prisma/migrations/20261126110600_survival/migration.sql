-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "provisioned_by" UUID;

-- AlterTable
ALTER TABLE "operations" ADD COLUMN     "crashes" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "log_cut" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "log_cut_at" INTEGER,
ADD COLUMN     "sessions" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "worker_processes" (
    "id" UUID NOT NULL,
    "slots" INTEGER NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "worker_processes_pkey" PRIMARY KEY ("id")
);
