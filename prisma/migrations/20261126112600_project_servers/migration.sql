-- CreateTable
CREATE TABLE "project_servers" (
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,

    CONSTRAINT "project_servers_pkey" PRIMARY KEY ("project_id","server_id")
);

-- CreateIndex
CREATE INDEX "project_servers_server_id_idx" ON "project_servers"("server_id");

-- AddForeignKey
ALTER TABLE "project_servers" ADD CONSTRAINT "project_servers_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project_servers" ADD CONSTRAINT "project_servers_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE project_servers ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON project_servers TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT, INSERT, UPDATE, DELETE ON project_servers TO ocore_tenant;

-- Whoever works in single projects goes on with the servers that their projects use.
INSERT INTO project_servers (org_id, project_id, server_id)
  SELECT DISTINCT org_id, project_id, server_id FROM instances WHERE status <> 'removed';
