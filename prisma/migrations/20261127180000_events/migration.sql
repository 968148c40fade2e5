-- DropIndex
DROP INDEX "outbox_events_delivered_at_id_idx";

-- AlterTable
ALTER TABLE "outbox_events" ADD COLUMN     "actor_id" UUID,
ADD COLUMN     "actor_name" TEXT,
ADD COLUMN     "actor_type" TEXT,
ADD COLUMN     "event_id" UUID NOT NULL DEFAULT gen_random_uuid(),
ADD COLUMN     "project_id" UUID,
ADD COLUMN     "resource_name" TEXT,
ADD COLUMN     "xid" xid8 NOT NULL DEFAULT pg_current_xact_id();

-- CreateIndex
CREATE UNIQUE INDEX "outbox_events_event_id_key" ON "outbox_events"("event_id");

-- CreateIndex
CREATE INDEX "outbox_events_org_id_xid_id_idx" ON "outbox_events"("org_id", "xid", "id");

-- CreateIndex
CREATE INDEX "outbox_events_xid_id_idx" ON "outbox_events"("xid", "id");

-- Events that are older than these columns: who works in single projects goes on seeing nothing of what is deleted since.
UPDATE outbox_events e SET project_id = i.project_id FROM instances i WHERE e.resource_type = 'instance' AND i.id = e.resource_id;
UPDATE outbox_events e SET project_id = o.project_id FROM operations o WHERE e.resource_type = 'operation' AND o.id = e.resource_id;
UPDATE outbox_events e SET project_id = v.project_id FROM environments v WHERE e.resource_type = 'environment' AND v.id = e.resource_id;
UPDATE outbox_events SET project_id = resource_id WHERE resource_type = 'project';

-- Events and actions have the names of the catalogue.
CREATE TEMPORARY TABLE renamed (former text, name text) ON COMMIT DROP;
INSERT INTO renamed VALUES
  ('org.created', 'organization.created'),
  ('org.updated', 'organization.updated'),
  ('org.settings_updated', 'organization.settings_updated'),
  ('org.ownership_transferred', 'organization.ownership_transferred'),
  ('org.deletion_requested', 'organization.deletion_requested'),
  ('org.delete_failed', 'organization.delete_failed'),
  ('org.deleted', 'organization.deleted'),
  ('instance.running', 'instance.started'),
  ('instance.settings_updated', 'instance.configured'),
  ('operation.succeeded', 'operation.completed');
UPDATE audit_entries SET action = name FROM renamed WHERE action = former;
UPDATE outbox_events SET type = name FROM renamed WHERE type = former;
