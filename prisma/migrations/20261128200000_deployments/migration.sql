-- CreateEnum
CREATE TYPE "deployment_status" AS ENUM ('queued', 'building', 'deploying', 'succeeded', 'failed', 'cancelled', 'rolled_back');

-- CreateEnum
CREATE TYPE "deployment_trigger" AS ENUM ('manual', 'push', 'rollback');

-- CreateEnum
CREATE TYPE "rollback_mode" AS ENUM ('code_only', 'code_and_database');

-- AlterTable
ALTER TABLE "environments" ADD COLUMN     "auto_deploy" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "addons" JSONB,
ADD COLUMN     "built_image" TEXT,
ADD COLUMN     "deployment_id" UUID;

-- CreateTable
CREATE TABLE "pending_pushes" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "branch" TEXT NOT NULL,
    "pushed_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pending_pushes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployments" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "instance_name" TEXT NOT NULL,
    "server_id" UUID NOT NULL,
    "status" "deployment_status" NOT NULL DEFAULT 'queued',
    "trigger" "deployment_trigger" NOT NULL,
    "dry_run" BOOLEAN NOT NULL DEFAULT false,
    "operation_id" UUID,
    "branch" TEXT,
    "tag" TEXT,
    "commit_sha" TEXT,
    "commit_message" TEXT,
    "commit_author" TEXT,
    "committed_at" TIMESTAMPTZ(3),
    "update_all" BOOLEAN NOT NULL DEFAULT false,
    "snapshot" BOOLEAN,
    "install" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "sources" JSONB NOT NULL DEFAULT '[]',
    "plan" JSONB,
    "findings" JSONB NOT NULL DEFAULT '[]',
    "addons" JSONB,
    "image" TEXT,
    "snapshot_id" UUID,
    "previous_id" UUID,
    "rollback_mode" "rollback_mode",
    "target_id" UUID,
    "restore_id" UUID,
    "downtime_ms" INTEGER,
    "error_code" TEXT,
    "status_message" TEXT,
    "created_by_id" UUID,
    "created_by_name" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deployments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment_contents" (
    "deployment_id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "modules" JSONB NOT NULL,

    CONSTRAINT "deployment_contents_pkey" PRIMARY KEY ("deployment_id")
);

-- CreateIndex
CREATE INDEX "pending_pushes_org_id_id_idx" ON "pending_pushes"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "pending_pushes_repository_id_branch_key" ON "pending_pushes"("repository_id", "branch");

-- CreateIndex
CREATE INDEX "deployments_org_id_id_idx" ON "deployments"("org_id", "id");

-- CreateIndex
CREATE INDEX "deployments_project_id_id_idx" ON "deployments"("project_id", "id");

-- CreateIndex
CREATE INDEX "deployments_environment_id_id_idx" ON "deployments"("environment_id", "id");

-- CreateIndex
CREATE INDEX "deployments_instance_id_id_idx" ON "deployments"("instance_id", "id");

-- CreateIndex
CREATE INDEX "deployment_contents_org_id_idx" ON "deployment_contents"("org_id");

-- AddForeignKey
ALTER TABLE "pending_pushes" ADD CONSTRAINT "pending_pushes_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repositories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment_contents" ADD CONSTRAINT "deployment_contents_deployment_id_fkey" FOREIGN KEY ("deployment_id") REFERENCES "deployments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is pushed was only recorded until now: nobody has asked for more there.
UPDATE environments SET auto_deploy = false;

-- One waits for each instance; of all, few do.
CREATE UNIQUE INDEX deployments_waiting ON deployments (instance_id) WHERE status = 'queued' AND operation_id IS NULL AND NOT dry_run;
CREATE INDEX deployments_operation ON deployments (operation_id);

ALTER TABLE deployments ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON deployments TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON deployments TO ocore_tenant;

ALTER TABLE deployment_contents ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON deployment_contents TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON deployment_contents TO ocore_tenant;

ALTER TABLE pending_pushes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON pending_pushes TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON pending_pushes TO ocore_tenant;
