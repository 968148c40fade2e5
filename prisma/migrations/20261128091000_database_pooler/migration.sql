-- PgBouncer in front of an instance's PostgreSQL: its image, its size. Null: Odoo connects to PostgreSQL itself.
ALTER TABLE "instances" ADD COLUMN "database_pooler" JSONB;
