-- AlterEnum
ALTER TYPE "organization_status" ADD VALUE 'deactivated';

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "deactivated_at" TIMESTAMPTZ(3),
ADD COLUMN     "max_instances" INTEGER,
ADD COLUMN     "max_members" INTEGER,
ADD COLUMN     "max_projects" INTEGER,
ADD COLUMN     "max_servers" INTEGER;

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "impersonation_reason" TEXT,
ADD COLUMN     "impersonator_id" UUID;

-- AlterTable
ALTER TABLE "installation_settings" ADD COLUMN     "audit_retention_days" INTEGER,
ADD COLUMN     "brand_logo_url" TEXT,
ADD COLUMN     "brand_name" TEXT,
ADD COLUMN     "maintenance" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "maintenance_message" TEXT,
ADD COLUMN     "max_instances" INTEGER,
ADD COLUMN     "max_members" INTEGER,
ADD COLUMN     "max_projects" INTEGER,
ADD COLUMN     "max_servers" INTEGER,
ADD COLUMN     "operation_log_retention_days" INTEGER,
ADD COLUMN     "smtp_from" TEXT,
ADD COLUMN     "smtp_host" TEXT,
ADD COLUMN     "smtp_password_enc" TEXT,
ADD COLUMN     "smtp_port" INTEGER,
ADD COLUMN     "smtp_tls" TEXT,
ADD COLUMN     "smtp_user" TEXT,
ADD COLUMN     "ssh_networks" TEXT[];

-- AlterTable
ALTER TABLE "outbox_events" ADD COLUMN     "administrator_name" TEXT;

-- CreateIndex
CREATE INDEX "sessions_impersonator_id_idx" ON "sessions"("impersonator_id");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_impersonator_id_fkey" FOREIGN KEY ("impersonator_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
