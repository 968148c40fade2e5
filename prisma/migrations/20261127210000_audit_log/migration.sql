-- An administrator who acted on the user's behalf, the transaction that wrote the entry, and the mark of the program.
ALTER TABLE "audit_entries" ADD COLUMN     "administrator_id" UUID,
ADD COLUMN     "administrator_name" TEXT,
ADD COLUMN     "mark" TEXT,
ADD COLUMN     "xid" xid8 NOT NULL DEFAULT pg_current_xact_id();

-- CreateTable
CREATE TABLE "audit_chains" (
    "chain" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "link" BYTEA NOT NULL,
    "cut_seq" BIGINT NOT NULL DEFAULT 0,
    "anchored_seq" BIGINT NOT NULL DEFAULT 0,
    "anchored_at" TIMESTAMPTZ(3),

    CONSTRAINT "audit_chains_pkey" PRIMARY KEY ("chain")
);

-- CreateTable
CREATE TABLE "audit_seals" (
    "chain" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "entry_id" UUID NOT NULL,
    "link" BYTEA NOT NULL,

    CONSTRAINT "audit_seals_pkey" PRIMARY KEY ("chain","seq")
);

-- CreateTable
CREATE TABLE "audit_anchors" (
    "id" UUID NOT NULL,
    "org_id" UUID,
    "kind" TEXT NOT NULL,
    "seq" BIGINT NOT NULL,
    "link" BYTEA NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_anchors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_keys" (
    "id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "private_key_enc" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_positions" (
    "reader" TEXT NOT NULL,
    "xid" xid8 NOT NULL DEFAULT '0'::xid8,
    "entry_id" UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid,
    "trusted_xid" xid8 NOT NULL DEFAULT '0'::xid8,
    "trusted_until" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claim" UUID,
    "lease_until" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failures" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "audit_positions_pkey" PRIMARY KEY ("reader")
);

-- CreateIndex
CREATE UNIQUE INDEX "audit_seals_entry_id_key" ON "audit_seals"("entry_id");

-- CreateIndex
CREATE INDEX "audit_anchors_org_id_id_idx" ON "audit_anchors"("org_id", "id");

-- CreateIndex
CREATE INDEX "audit_entries_xid_id_idx" ON "audit_entries"("xid", "id");

-- What somebody sees of their own account.
CREATE INDEX "audit_entries_of_accounts" ON "audit_entries"("resource_id", "id") WHERE "org_id" IS NULL;

ALTER TABLE audit_anchors ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_anchors TO ocore_tenant USING (org_id = ocore_org()) WITH CHECK (org_id = ocore_org());
GRANT SELECT ON audit_anchors TO ocore_tenant;

-- What stands here already was written before there were marks; so is, for a while, what processes of the earlier version write.
INSERT INTO audit_positions (reader, trusted_xid, trusted_until)
  SELECT 'seals', pg_current_xact_id(), now() + CASE WHEN EXISTS (SELECT FROM audit_entries) THEN interval '1 hour' ELSE interval '0' END;

-- The program proves with the key of its sessions that it wrote an entry: somebody at the database does not have it.
-- The digest is that of src/audit/digest.ts: without what is null, so that a column that comes later changes no earlier digest.
CREATE FUNCTION audit_entry_mark() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  setting text := current_setting('ocore.audit_key', true);
  key bytea;
  digest bytea;
BEGIN
  NEW.xid := pg_current_xact_id();
  NEW.mark := NULL;
  IF coalesce(setting, '') = '' THEN
    RETURN NEW;
  END IF;
  key := decode(split_part(setting, ':', 2), 'hex');
  digest := sha256(convert_to(jsonb_strip_nulls(to_jsonb(NEW) - 'xid' - 'mark' || jsonb_build_object(
    'before_state', NEW.before_state::text, 'after_state', NEW.after_state::text,
    'created_at', to_char(NEW.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text, 'UTF8'));
  NEW.mark := split_part(setting, ':', 1) || ':' || encode(sha256(key || sha256(key || digest)), 'hex');
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_mark BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_entry_mark();

-- The audit log is only added to, whoever asks. What a signed cut covers may go, and what belongs to an organization that goes.
CREATE FUNCTION audit_is_going(of_chain uuid, at_seq bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM audit_anchors a WHERE a.org_id = of_chain AND a.kind = 'cut' AND a.seq >= at_seq)
    OR (of_chain <> '00000000-0000-0000-0000-000000000000' AND NOT EXISTS (SELECT FROM organizations o WHERE o.id = of_chain AND o.status = 'active'))
$$;
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_entries' THEN
    -- The numbers of transactions mean nothing in a database that was restored on another server.
    IF to_jsonb(NEW) - 'xid' = to_jsonb(OLD) - 'xid' THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entries' THEN
    IF audit_is_going(coalesce(OLD.org_id, '00000000-0000-0000-0000-000000000000'), (SELECT s.seq FROM audit_seals s WHERE s.entry_id = OLD.id)) THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    IF audit_is_going(OLD.chain, OLD.seq) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'The audit log is only added to: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_append_only_whole BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_append_only_whole BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
