-- CreateTable
CREATE TABLE "idempotency_keys" (
    "id" TEXT NOT NULL,
    "claim" UUID NOT NULL,
    "request_id" TEXT NOT NULL,
    "request_enc" TEXT NOT NULL,
    "answer_enc" TEXT,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys"("expires_at");

-- CreateIndex
CREATE INDEX "servers_org_id_name_id_idx" ON "servers"("org_id", "name", "id");

-- CreateIndex
CREATE INDEX "projects_org_id_name_id_idx" ON "projects"("org_id", "name", "id");

-- CreateIndex
CREATE INDEX "environments_org_id_name_id_idx" ON "environments"("org_id", "name", "id");

-- CreateIndex
CREATE INDEX "instances_org_id_name_id_idx" ON "instances"("org_id", "name", "id");

-- CreateIndex
CREATE INDEX "audit_entries_request_id_idx" ON "audit_entries"("request_id");
