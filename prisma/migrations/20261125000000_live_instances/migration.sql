-- The lists of instances leave out removed ones. Behind row-level security the planner may not look at the statistics of an
-- enum, and where all instances have the same status it expects the condition to leave none: it would then sort them all
-- for one page. These indexes have the condition in them, so the cheapest way is the one in order.
DROP INDEX "instances_org_id_id_idx";
DROP INDEX "instances_org_id_name_id_idx";
CREATE INDEX "instances_live" ON "instances" ("org_id", "id") WHERE "status" <> 'removed';
CREATE INDEX "instances_live_name" ON "instances" ("org_id", "name", "id") WHERE "status" <> 'removed';
