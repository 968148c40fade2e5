-- A copy of a backup at another destination is a backup of its own.
ALTER TABLE "backups" ADD COLUMN "copy_of_id" UUID;
CREATE INDEX "backups_copy_of_id_idx" ON "backups"("copy_of_id");
-- A copy reads nothing of the instance: a slow destination is in no backup's way.
DROP INDEX "backups_one_at_a_time";
CREATE UNIQUE INDEX "backups_one_at_a_time" ON "backups"("instance_id") WHERE "status" IN ('pending', 'running') AND "copy_of_id" IS NULL;
CREATE UNIQUE INDEX "backups_one_copy" ON "backups"("copy_of_id", "destination_id") WHERE "status" IN ('pending', 'running', 'completed');

ALTER TABLE "backup_schedules" ADD COLUMN "copy_destination_id" UUID;
CREATE INDEX "backup_schedules_copy_destination_id_idx" ON "backup_schedules"("copy_destination_id");

-- AddForeignKey
ALTER TABLE "backup_schedules" ADD CONSTRAINT "backup_schedules_copy_destination_id_fkey" FOREIGN KEY ("copy_destination_id") REFERENCES "backup_destinations"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
