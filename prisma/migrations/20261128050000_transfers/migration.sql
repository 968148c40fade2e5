-- CreateEnum
CREATE TYPE "transfer_direction" AS ENUM ('export', 'import');

-- CreateEnum
CREATE TYPE "transfer_status" AS ENUM ('preparing', 'receiving', 'ready', 'failed', 'removing', 'removed');

-- CreateTable
CREATE TABLE "transfers" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "direction" "transfer_direction" NOT NULL,
    "status" "transfer_status" NOT NULL DEFAULT 'preparing',
    "status_message" TEXT,
    "filename" TEXT NOT NULL,
    "include_filestore" BOOLEAN NOT NULL DEFAULT true,
    "size_bytes" BIGINT,
    "received_bytes" BIGINT NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "transfers_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "transfers_instance_id_id_idx" ON "transfers"("instance_id", "id");

-- CreateIndex
CREATE INDEX "transfers_org_id_id_idx" ON "transfers"("org_id", "id");

-- CreateIndex
CREATE INDEX "transfers_status_expires_at_idx" ON "transfers"("status", "expires_at");

-- AddForeignKey
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instances"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE transfers ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON transfers TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON transfers TO ocore_tenant;
