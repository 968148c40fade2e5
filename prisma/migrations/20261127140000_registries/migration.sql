-- CreateTable
CREATE TABLE "registries" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "password_enc" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "registries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "registries_org_id_id_idx" ON "registries"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "registries_org_id_host_key" ON "registries"("org_id", "host");

-- AddForeignKey
ALTER TABLE "registries" ADD CONSTRAINT "registries_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organizations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "image_digest" TEXT;

ALTER TABLE registries ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON registries TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON registries TO ocore_tenant;
