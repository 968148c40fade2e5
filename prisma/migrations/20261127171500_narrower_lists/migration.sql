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

-- What a worker or the monitor wrote had the id of who had asked for the work and no name, or the name of a part of the program.
UPDATE "audit_entries" SET "actor_type" = 'system', "actor_id" = NULL, "actor_name" = 'oCore'
WHERE "actor_name" = '' OR ("actor_type" = 'system' AND "actor_name" IS DISTINCT FROM 'oCore');
