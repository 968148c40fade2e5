-- What the test of a destination found.
ALTER TABLE "backup_destinations"
    ADD COLUMN "test_problem" TEXT,
    ADD COLUMN "object_lock" JSONB,
    ADD COLUMN "clock_skew_seconds" INTEGER,
    ADD COLUMN "free_bytes" BIGINT;
