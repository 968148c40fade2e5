-- DropIndex
DROP INDEX "instances_server_id_idx";

-- DropIndex
DROP INDEX "instances_environment_id_idx";

-- CreateIndex
CREATE INDEX "environments_project_id_id_idx" ON "environments"("project_id", "id");

-- CreateIndex
CREATE INDEX "instances_server_id_id_idx" ON "instances"("server_id", "id");

-- CreateIndex
CREATE INDEX "instances_environment_id_id_idx" ON "instances"("environment_id", "id");

-- CreateIndex
CREATE INDEX "operations_org_id_created_at_idx" ON "operations"("org_id", "created_at");

-- CreateIndex
CREATE INDEX "operations_server_id_id_idx" ON "operations"("server_id", "id");
