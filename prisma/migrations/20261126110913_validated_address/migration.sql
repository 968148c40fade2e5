-- AlterTable
ALTER TABLE "servers" ADD COLUMN     "validated_address" TEXT;

-- Servers that were validated before: what answers there is told in detail again after the next validation.
UPDATE servers SET validated_address = host WHERE docker_version IS NOT NULL AND status <> 'removed';

-- Whether such a letter went to an address lately.
CREATE INDEX "mails_recipient_created_at_idx" ON "mails"("recipient", "created_at");
