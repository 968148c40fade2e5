-- AlterTable
ALTER TABLE "servers" ADD COLUMN     "needs_validation" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "lost_at" TIMESTAMPTZ(3);

-- Servers whose last validation failed: the monitor leaves them to the next validation.
UPDATE servers s SET needs_validation = true WHERE s.status = 'unreachable' AND 'failed' = (
  SELECT o.status::text FROM operations o WHERE o.resource_id = s.id AND o.kind = 'server.validate' ORDER BY o.id DESC LIMIT 1);
