-- AlterTable
ALTER TABLE "instances" ADD COLUMN "database_volume" TEXT,
ADD COLUMN "replica_host" TEXT;

-- CreateEnum
CREATE TYPE "replica_status" AS ENUM ('creating', 'online', 'lagging', 'offline', 'lost', 'failed', 'promoting', 'removing');

-- CreateTable
CREATE TABLE "database_replicas" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "status" "replica_status" NOT NULL DEFAULT 'creating',
    "status_message" TEXT,
    "password_enc" TEXT NOT NULL,
    "made_by" UUID,
    "lag_bytes" BIGINT,
    "lag_seconds" DOUBLE PRECISION,
    "checked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "database_replicas_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "database_replicas_org_id_id_idx" ON "database_replicas"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "database_replicas_instance_id_number_key" ON "database_replicas"("instance_id", "number");

-- AddForeignKey
ALTER TABLE "database_replicas" ADD CONSTRAINT "database_replicas_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instances"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE database_replicas ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON database_replicas TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON database_replicas TO ocore_tenant;
