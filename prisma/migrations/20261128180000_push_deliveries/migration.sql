-- AlterTable
ALTER TABLE "repositories" ADD COLUMN     "sync_due_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "push_deliveries" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "delivery_id" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "push_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "push_deliveries_repository_id_digest_idx" ON "push_deliveries"("repository_id", "digest");

-- CreateIndex
CREATE INDEX "push_deliveries_received_at_idx" ON "push_deliveries"("received_at");

-- CreateIndex
CREATE UNIQUE INDEX "push_deliveries_repository_id_delivery_id_key" ON "push_deliveries"("repository_id", "delivery_id");

-- AddForeignKey
ALTER TABLE "push_deliveries" ADD CONSTRAINT "push_deliveries_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repositories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Of all repositories, few are due.
CREATE INDEX repositories_sync_due ON repositories (sync_due_at) WHERE sync_due_at IS NOT NULL;

ALTER TABLE push_deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON push_deliveries TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON push_deliveries TO ocore_tenant;
