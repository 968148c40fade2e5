-- AlterTable
ALTER TABLE "servers" ADD COLUMN     "docker_root_dir" TEXT;
