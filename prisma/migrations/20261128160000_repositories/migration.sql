-- CreateEnum
CREATE TYPE "repository_provider" AS ENUM ('github', 'gitlab', 'bitbucket', 'gitea', 'git');

-- CreateEnum
CREATE TYPE "repository_access" AS ENUM ('none', 'token', 'deploy_key');

-- CreateEnum
CREATE TYPE "repository_status" AS ENUM ('pending', 'syncing', 'valid', 'failed');

-- CreateEnum
CREATE TYPE "ref_kind" AS ENUM ('branch', 'tag');

-- CreateTable
CREATE TABLE "repositories" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "provider" "repository_provider" NOT NULL,
    "url" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "access" "repository_access" NOT NULL,
    "username" TEXT,
    "token_enc" TEXT,
    "private_key_enc" TEXT,
    "public_key" TEXT,
    "host_keys" JSONB NOT NULL DEFAULT '[]',
    "presented_host_keys" JSONB NOT NULL DEFAULT '[]',
    "webhook_secret_enc" TEXT NOT NULL,
    "status" "repository_status" NOT NULL DEFAULT 'pending',
    "status_message" TEXT,
    "status_code" TEXT,
    "default_branch" TEXT,
    "validated_at" TIMESTAMPTZ(3),
    "last_synced_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "repositories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repository_refs" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "kind" "ref_kind" NOT NULL,
    "name" TEXT NOT NULL,
    "sha" TEXT NOT NULL,

    CONSTRAINT "repository_refs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "branch_mappings" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "branch_pattern" TEXT NOT NULL,
    "environment_id" UUID NOT NULL,
    "priority" INTEGER NOT NULL DEFAULT 100,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "branch_mappings_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "repositories_org_id_id_idx" ON "repositories"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "repositories_project_id_position_key" ON "repositories"("project_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "repositories_project_id_name_key" ON "repositories"("project_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "repositories_project_id_url_key" ON "repositories"("project_id", "url");

-- CreateIndex
CREATE UNIQUE INDEX "repository_refs_repository_id_kind_name_key" ON "repository_refs"("repository_id", "kind", "name");

-- CreateIndex
CREATE INDEX "branch_mappings_project_id_priority_id_idx" ON "branch_mappings"("project_id", "priority", "id");

-- CreateIndex
CREATE INDEX "branch_mappings_environment_id_idx" ON "branch_mappings"("environment_id");

-- CreateIndex
CREATE INDEX "branch_mappings_org_id_id_idx" ON "branch_mappings"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "branch_mappings_project_id_branch_pattern_key" ON "branch_mappings"("project_id", "branch_pattern");

-- AddForeignKey
ALTER TABLE "repositories" ADD CONSTRAINT "repositories_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repository_refs" ADD CONSTRAINT "repository_refs_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repositories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "branch_mappings" ADD CONSTRAINT "branch_mappings_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "branch_mappings" ADD CONSTRAINT "branch_mappings_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE repositories ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON repositories TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON repositories TO ocore_tenant;

ALTER TABLE repository_refs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON repository_refs TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON repository_refs TO ocore_tenant;

ALTER TABLE branch_mappings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON branch_mappings TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON branch_mappings TO ocore_tenant;
