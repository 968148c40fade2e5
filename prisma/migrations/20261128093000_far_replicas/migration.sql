-- AlterTable
ALTER TABLE "database_replicas" ADD COLUMN "server_id" UUID,
ADD COLUMN "address" TEXT,
ADD COLUMN "port" INTEGER,
ADD COLUMN "link_enc" TEXT;

UPDATE "database_replicas" SET "server_id" = (SELECT "server_id" FROM "instances" WHERE "instances"."id" = "database_replicas"."instance_id");

ALTER TABLE "database_replicas" ALTER COLUMN "server_id" SET NOT NULL;

-- CreateIndex
CREATE INDEX "database_replicas_server_id_idx" ON "database_replicas"("server_id");

-- AddForeignKey
ALTER TABLE "database_replicas" ADD CONSTRAINT "database_replicas_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
