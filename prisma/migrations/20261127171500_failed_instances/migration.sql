-- AlterEnum
ALTER TYPE "instance_status" ADD VALUE 'stopping';

-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "provisioned_at" TIMESTAMPTZ(3),
ADD COLUMN     "settings_pending" BOOLEAN NOT NULL DEFAULT false;

-- A provisioning that fails takes the port back: who has one has been provisioned, except while it is under way.
UPDATE "instances" i SET "provisioned_at" = coalesce(
  (SELECT min(o.finished_at) FROM operations o WHERE o.resource_id = i.id AND o.kind = 'instance.provision' AND o.status = 'succeeded'),
  i.created_at)
WHERE i.http_port IS NOT NULL AND i.status <> 'provisioning';
