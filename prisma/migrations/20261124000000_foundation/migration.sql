-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "server_kind" AS ENUM ('ssh', 'local');

-- CreateEnum
CREATE TYPE "auth_method" AS ENUM ('key', 'password');

-- CreateEnum
CREATE TYPE "server_status" AS ENUM ('pending', 'validating', 'active', 'unreachable', 'removing', 'removed');

-- CreateEnum
CREATE TYPE "environment_type" AS ENUM ('production', 'staging', 'development');

-- CreateEnum
CREATE TYPE "instance_status" AS ENUM ('provisioning', 'running', 'stopped', 'restarting', 'failed', 'removing', 'removed');

-- CreateEnum
CREATE TYPE "edition" AS ENUM ('community', 'enterprise');

-- CreateEnum
CREATE TYPE "operation_status" AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "step_status" AS ENUM ('pending', 'running', 'succeeded', 'failed', 'skipped', 'cancelled');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "is_admin" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "refresh_hash" TEXT NOT NULL,
    "previous_hash" TEXT,
    "user_agent" TEXT,
    "ip_address" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "kid" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "private_key_enc" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "roles" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "is_system" BOOLEAN NOT NULL DEFAULT false,
    "permissions" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "servers" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "kind" "server_kind" NOT NULL DEFAULT 'ssh',
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL DEFAULT 22,
    "ssh_user" TEXT NOT NULL,
    "auth_method" "auth_method" NOT NULL DEFAULT 'key',
    "credential_enc" TEXT,
    "docker_socket" TEXT NOT NULL DEFAULT '/var/run/docker.sock',
    "max_ssh_sessions" INTEGER NOT NULL DEFAULT 8,
    "host_key_fingerprint" TEXT,
    "presented_fingerprint" TEXT,
    "status" "server_status" NOT NULL DEFAULT 'pending',
    "status_message" TEXT,
    "os_name" TEXT,
    "os_version" TEXT,
    "kernel" TEXT,
    "architecture" TEXT,
    "docker_version" TEXT,
    "cpu_cores" INTEGER,
    "ram_total_bytes" BIGINT,
    "disk_total_bytes" BIGINT,
    "disk_available_bytes" BIGINT,
    "missed_checks" INTEGER NOT NULL DEFAULT 0,
    "last_seen_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "servers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "server_metrics" (
    "id" BIGSERIAL NOT NULL,
    "org_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "collected_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cpu_load_1m" DOUBLE PRECISION NOT NULL,
    "cpu_load_5m" DOUBLE PRECISION NOT NULL,
    "cpu_load_15m" DOUBLE PRECISION NOT NULL,
    "cpu_usage_percent" DOUBLE PRECISION,
    "ram_total_bytes" BIGINT NOT NULL,
    "ram_used_bytes" BIGINT NOT NULL,
    "ram_available_bytes" BIGINT NOT NULL,
    "disk_total_bytes" BIGINT NOT NULL,
    "disk_used_bytes" BIGINT NOT NULL,
    "disk_available_bytes" BIGINT NOT NULL,
    "network_rx_bytes" BIGINT NOT NULL,
    "network_tx_bytes" BIGINT NOT NULL,
    "uptime_seconds" BIGINT NOT NULL,

    CONSTRAINT "server_metrics_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "projects" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "odoo_version" TEXT NOT NULL DEFAULT '19.0',
    "archived_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "projects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "environments" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "type" "environment_type" NOT NULL,
    "branch" TEXT,
    "deletion_protected" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "environments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "instances" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "server_id" UUID NOT NULL,
    "environment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "status" "instance_status" NOT NULL DEFAULT 'provisioning',
    "status_message" TEXT,
    "odoo_version" TEXT NOT NULL,
    "edition" "edition" NOT NULL DEFAULT 'community',
    "image" TEXT NOT NULL,
    "postgres_image" TEXT NOT NULL,
    "workers" INTEGER,
    "limit_memory_soft" BIGINT NOT NULL,
    "limit_memory_hard" BIGINT NOT NULL,
    "limit_time_cpu" INTEGER NOT NULL,
    "limit_time_real" INTEGER NOT NULL,
    "max_cron_threads" INTEGER NOT NULL,
    "log_level" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "country" TEXT,
    "demo" BOOLEAN NOT NULL DEFAULT false,
    "modules" TEXT[],
    "admin_email" TEXT NOT NULL,
    "env_vars" JSONB NOT NULL DEFAULT '{}',
    "http_port" INTEGER,
    "deletion_protected" BOOLEAN NOT NULL DEFAULT false,
    "secrets_enc" TEXT NOT NULL,
    "admin_password_enc" TEXT,
    "last_seen_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "instances_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "port_allocations" (
    "server_id" UUID NOT NULL,
    "port" INTEGER NOT NULL,
    "instance_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,

    CONSTRAINT "port_allocations_pkey" PRIMARY KEY ("server_id","port")
);

-- CreateTable
CREATE TABLE "operations" (
    "id" UUID NOT NULL,
    "org_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "status" "operation_status" NOT NULL DEFAULT 'queued',
    "progress" INTEGER NOT NULL DEFAULT 0,
    "resource_type" TEXT NOT NULL,
    "resource_id" UUID NOT NULL,
    "server_id" UUID,
    "input" JSONB NOT NULL DEFAULT '{}',
    "state" JSONB NOT NULL DEFAULT '{}',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "error_code" TEXT,
    "error_message" TEXT,
    "error_hint" TEXT,
    "retry_of_id" UUID,
    "request_id" TEXT NOT NULL,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operation_steps" (
    "operation_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "status" "step_status" NOT NULL DEFAULT 'pending',
    "progress" INTEGER NOT NULL DEFAULT 0,
    "message" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operation_steps_pkey" PRIMARY KEY ("operation_id","position")
);

-- CreateTable
CREATE TABLE "operation_logs" (
    "operation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "step" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "operation_logs_pkey" PRIMARY KEY ("operation_id","seq")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" UUID NOT NULL,
    "org_id" UUID,
    "action" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" UUID,
    "resource_name" TEXT,
    "actor_type" TEXT NOT NULL,
    "actor_id" UUID,
    "actor_name" TEXT,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "request_id" TEXT NOT NULL,
    "before_state" JSONB,
    "after_state" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_events" (
    "id" BIGSERIAL NOT NULL,
    "org_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" UUID NOT NULL,
    "request_id" TEXT NOT NULL,
    "payload" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_refresh_hash_key" ON "sessions"("refresh_hash");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_previous_hash_key" ON "sessions"("previous_hash");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "organizations_slug_key" ON "organizations"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "roles_org_id_name_key" ON "roles"("org_id", "name");

-- CreateIndex
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "memberships_org_id_user_id_key" ON "memberships"("org_id", "user_id");

-- CreateIndex
CREATE INDEX "servers_org_id_id_idx" ON "servers"("org_id", "id");

-- CreateIndex
CREATE INDEX "server_metrics_server_id_collected_at_idx" ON "server_metrics"("server_id", "collected_at");

-- CreateIndex
CREATE INDEX "projects_org_id_id_idx" ON "projects"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "projects_org_id_slug_key" ON "projects"("org_id", "slug");

-- CreateIndex
CREATE INDEX "environments_org_id_id_idx" ON "environments"("org_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "environments_project_id_name_key" ON "environments"("project_id", "name");

-- CreateIndex
CREATE INDEX "instances_org_id_id_idx" ON "instances"("org_id", "id");

-- CreateIndex
CREATE INDEX "instances_server_id_idx" ON "instances"("server_id");

-- CreateIndex
CREATE INDEX "instances_environment_id_idx" ON "instances"("environment_id");

-- CreateIndex
CREATE UNIQUE INDEX "port_allocations_instance_id_purpose_key" ON "port_allocations"("instance_id", "purpose");

-- CreateIndex
CREATE INDEX "operations_org_id_id_idx" ON "operations"("org_id", "id");

-- CreateIndex
CREATE INDEX "operations_resource_id_id_idx" ON "operations"("resource_id", "id");

-- CreateIndex
CREATE INDEX "audit_entries_org_id_id_idx" ON "audit_entries"("org_id", "id");

-- CreateIndex
CREATE INDEX "outbox_events_delivered_at_id_idx" ON "outbox_events"("delivered_at", "id");

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "roles" ADD CONSTRAINT "roles_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "server_metrics" ADD CONSTRAINT "server_metrics_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environments" ADD CONSTRAINT "environments_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instances" ADD CONSTRAINT "instances_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "servers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instances" ADD CONSTRAINT "instances_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation_steps" ADD CONSTRAINT "operation_steps_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operation_logs" ADD CONSTRAINT "operation_logs_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say ------------------------------------------------------------------------------------

-- Names are free again when their row is removed; a removed row stays for the audit trail.
CREATE UNIQUE INDEX "servers_org_name_live" ON "servers" ("org_id", "name") WHERE "status" <> 'removed';
CREATE UNIQUE INDEX "instances_org_slug_live" ON "instances" ("org_id", "slug") WHERE "status" <> 'removed';

-- One production environment a project.
CREATE UNIQUE INDEX "environments_one_production" ON "environments" ("project_id") WHERE "type" = 'production';

-- One live operation a resource: the second of two simultaneous requests gets 409 operation_in_progress.
CREATE UNIQUE INDEX "operations_one_live" ON "operations" ("resource_id") WHERE "status" IN ('queued', 'running');

-- What the reconciler looks through.
CREATE INDEX "operations_live" ON "operations" ("status", "lease_until") WHERE "status" IN ('queued', 'running');
