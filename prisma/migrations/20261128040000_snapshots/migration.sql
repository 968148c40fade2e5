-- A repository without a destination is a volume beside its instance, for snapshots that only have to outlive a deployment.
ALTER TABLE "backup_repositories" ALTER COLUMN "destination_id" DROP NOT NULL;
ALTER TABLE "backup_repositories" ADD COLUMN "initialized_at" TIMESTAMPTZ(3);
CREATE UNIQUE INDEX "backup_repositories_beside_instance" ON "backup_repositories"("instance_id") WHERE "destination_id" IS NULL;

ALTER TABLE "backups" ALTER COLUMN "destination_id" DROP NOT NULL;
ALTER TABLE "backups" ADD COLUMN "progress" JSONB;
-- Two snapshots of one instance at once would only be in each other's way.
CREATE UNIQUE INDEX "backups_one_at_a_time" ON "backups"("instance_id") WHERE "status" IN ('pending', 'running');

-- CreateTable
CREATE TABLE "repository_holds" (
    "repository_id" UUID NOT NULL,
    "operation_id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "exclusive" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "repository_holds_pkey" PRIMARY KEY ("repository_id", "operation_id")
);

-- CreateIndex
CREATE INDEX "repository_holds_org_id_idx" ON "repository_holds"("org_id");

-- AddForeignKey
ALTER TABLE "repository_holds" ADD CONSTRAINT "repository_holds_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "backup_repositories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE repository_holds ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON repository_holds TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON repository_holds TO ocore_tenant;
