-- AlterTable
ALTER TABLE "instances" ADD COLUMN     "longpolling_port" INTEGER;
