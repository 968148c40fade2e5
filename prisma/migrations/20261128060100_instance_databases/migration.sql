-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "database_settings" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "database_trust" JSONB;

-- CreateTable
CREATE TABLE "database_metrics" (
    "id" BIGSERIAL NOT NULL,
    "org_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "collected_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "size_bytes" BIGINT NOT NULL,
    "connections" INTEGER NOT NULL,
    "max_connections" INTEGER NOT NULL,
    "active" INTEGER NOT NULL,
    "idle_in_transaction" INTEGER NOT NULL,
    "waiting" INTEGER NOT NULL,
    "longest_transaction_seconds" DOUBLE PRECISION NOT NULL,
    "commits" BIGINT NOT NULL,
    "rollbacks" BIGINT NOT NULL,
    "blocks_hit" BIGINT NOT NULL,
    "blocks_read" BIGINT NOT NULL,
    "deadlocks" BIGINT NOT NULL,
    "temp_bytes" BIGINT NOT NULL,

    CONSTRAINT "database_metrics_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "database_metrics_instance_id_collected_at_idx" ON "database_metrics"("instance_id", "collected_at");

-- CreateIndex
CREATE INDEX "database_metrics_org_id_id_idx" ON "database_metrics"("org_id", "id");

-- AddForeignKey
ALTER TABLE "database_metrics" ADD CONSTRAINT "database_metrics_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "instances"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE database_metrics ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON database_metrics TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON database_metrics TO ocore_tenant;
GRANT USAGE ON SEQUENCE database_metrics_id_seq TO ocore_tenant;
