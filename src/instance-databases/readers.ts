import { z } from 'zod';
import { type Site, sql, sqlText } from '../instances/index.ts';

/** All read-only users are members of this role, which may read every table that there is or will be, and nothing else. */
export const readers = 'ocore_readers';

/** Makes the role, unless it is there. */
export const readersRole = `
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${readers}') THEN CREATE ROLE ${readers} NOLOGIN; END IF;
  GRANT pg_read_all_data TO ${readers};`;

const shape = z.array(
  z.object({ name: z.string(), verifier: z.string().nullable(), limit: z.int(), settings: z.array(z.string()) }),
);

type Place = Pick<Site, 'host' | 'instance'>;

/** The read-only users of one database server, made on another one: with their limits, and the passwords that they have. */
export async function copyReaders(from: Place, to: Place, signal: AbortSignal): Promise<number> {
  const known = await sql(
    from.host,
    from.instance,
    'postgres',
    `SELECT coalesce(json_agg(json_build_object('name', a.rolname, 'verifier', a.rolpassword, 'limit', a.rolconnlimit, 'settings', coalesce(array_to_json(s.setconfig), '[]'))), '[]')
     FROM pg_authid a JOIN pg_auth_members m ON m.member = a.oid JOIN pg_roles g ON g.oid = m.roleid AND g.rolname = '${readers}'
     LEFT JOIN pg_db_role_setting s ON s.setrole = a.oid AND s.setdatabase = 0 WHERE a.rolcanlogin;`,
    signal,
  );
  const users = shape.parse(JSON.parse(known || '[]'));
  if (users.length === 0) return 0;
  // Passwords as PostgreSQL keeps them: nobody knows them in another form. They are never logged, nor kept.
  await sql(
    to.host,
    to.instance,
    'postgres',
    `DO $$ DECLARE one record; setting text; BEGIN ${readersRole}
       FOR one IN SELECT * FROM json_to_recordset(${sqlText(JSON.stringify(users))}::json) AS users (name text, verifier text, "limit" int, settings json) LOOP
         IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = one.name) THEN EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', one.name); END IF;
         EXECUTE format('ALTER ROLE %I CONNECTION LIMIT %s PASSWORD %L', one.name, one."limit", one.verifier);
         EXECUTE format('GRANT ${readers} TO %I', one.name);
         FOR setting IN SELECT * FROM json_array_elements_text(one.settings) LOOP
           EXECUTE format('ALTER ROLE %I SET %I = %L', one.name, split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1));
         END LOOP;
       END LOOP; END $$;`,
    signal,
  );
  return users.length;
}
