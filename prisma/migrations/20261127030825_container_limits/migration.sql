-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "cpu_limit" DOUBLE PRECISION,
ADD COLUMN     "database_cpu_limit" DOUBLE PRECISION,
ADD COLUMN     "database_memory_limit" BIGINT,
ADD COLUMN     "database_process_limit" INTEGER,
ADD COLUMN     "memory_limit" BIGINT,
ADD COLUMN     "process_limit" INTEGER;
