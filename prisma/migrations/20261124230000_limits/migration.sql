-- CreateTable
CREATE TABLE "sensitive_limits" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "sensitive_limits_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE UNLOGGED TABLE "request_counters" (
    "key" TEXT NOT NULL,
    "window_number" INTEGER NOT NULL,
    "points" INTEGER NOT NULL,

    CONSTRAINT "request_counters_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "sensitive_limits_expire_idx" ON "sensitive_limits"("expire");
