-- CreateEnum
CREATE TYPE "WebhookFormat" AS ENUM ('raw', 'slack', 'discord', 'teams');

-- CreateEnum
CREATE TYPE "WebhookDeliveryStatus" AS ENUM ('pending', 'succeeded', 'failed');

-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "events" TEXT[],
    "permissions" TEXT[],
    "project_ids" UUID[],
    "format" "WebhookFormat" NOT NULL DEFAULT 'raw',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "disabled_reason" TEXT,
    "failing_since" TIMESTAMPTZ(3),
    "keys_enc" TEXT NOT NULL,
    "previous_keys_enc" TEXT,
    "previous_expires_at" TIMESTAMPTZ(3),
    "public_key" TEXT,
    "created_by" UUID,
    "since" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_queues" (
    "endpoint_id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "wake_at" TIMESTAMPTZ(3),
    "wakes" BIGINT NOT NULL DEFAULT 0,
    "version" BIGINT NOT NULL DEFAULT 0,
    "lease_owner" UUID,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_queues_pkey" PRIMARY KEY ("endpoint_id")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "org_id" UUID NOT NULL,
    "endpoint_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "event_type" TEXT NOT NULL,
    "project_id" UUID,
    "resource_id" UUID NOT NULL,
    "status" "WebhookDeliveryStatus" NOT NULL DEFAULT 'pending',
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "attempts" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_position" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "xid" xid8 NOT NULL,
    "seq" BIGINT NOT NULL,

    CONSTRAINT "webhook_position_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhook_endpoints_org_id_id_idx" ON "webhook_endpoints"("org_id", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_org_id_endpoint_id_id_idx" ON "webhook_deliveries"("org_id", "endpoint_id", "id");

-- AddForeignKey
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_queues" ADD CONSTRAINT "webhook_queues_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What waits, in order: all of an endpoint, and of one resource; and what waits for its next attempt.
CREATE INDEX "webhook_deliveries_waiting" ON "webhook_deliveries" ("endpoint_id", "seq") WHERE "status" = 'pending';
CREATE INDEX "webhook_deliveries_lane" ON "webhook_deliveries" ("endpoint_id", "resource_id", "seq") WHERE "status" = 'pending';
CREATE INDEX "webhook_deliveries_again" ON "webhook_deliveries" ("endpoint_id", "resource_id", "seq") WHERE "status" = 'pending' AND "next_attempt_at" IS NOT NULL;

-- There is one position, and no endpoint that an older event could go to.
ALTER TABLE webhook_position ADD CONSTRAINT "webhook_position_one" CHECK (id);
INSERT INTO webhook_position (xid, seq) VALUES (pg_snapshot_xmin(pg_current_snapshot()), 0);

ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON webhook_endpoints TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints TO ocore_tenant;
ALTER TABLE webhook_queues ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON webhook_queues TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE ON webhook_queues TO ocore_tenant;
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON webhook_deliveries TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, UPDATE ON webhook_deliveries TO ocore_tenant;
