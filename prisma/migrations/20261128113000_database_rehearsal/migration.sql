-- The last rehearsal of an upgrade of an instance's PostgreSQL: to which release, how it ended, how long it took. Null: there was none since the last upgrade.
ALTER TABLE "instances" ADD COLUMN "database_rehearsal" JSONB;
