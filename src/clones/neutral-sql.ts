import { sqlText } from '../instances/index.ts';
import { mailServerName, type NeutralRule, neutralRules } from './neutral-rules.ts';

/** What tells which rules count in a database: one `table|column` a line. */
export const columnsSql = `SELECT c.table_name || '|' || c.column_name FROM information_schema.columns c
  JOIN information_schema.tables t USING (table_schema, table_name)
  WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
    AND c.table_name IN (${[...new Set(neutralRules.map(({ table }) => `'${table}'`))].join(', ')});`;

/** Those of the rules whose table and columns the database has. */
export function rulesFor(columns: string): NeutralRule[] {
  const known = new Set(columns.split('\n'));
  return neutralRules.filter((rule) => rule.columns.every((column) => known.has(`${rule.table}|${column}`)));
}

const mailHost = (host: string): string =>
  `DO $$ BEGIN PERFORM set_config('ocore.mail_host', ${sqlText(host)}, false); END $$;\n`;

/** Makes them hold, all or none. */
export const makeSql = (rules: readonly NeutralRule[], host: string): string =>
  `${mailHost(host)}BEGIN;\n${rules.map(({ make }) => `${make};`).join('\n')}\nCOMMIT;`;

/** What every copy has, whatever its release: without it the rules above are about another program. */
const always = `
  SELECT 'database.is_neutralized', 1 WHERE NOT EXISTS (SELECT 1 FROM ir_config_parameter WHERE key = 'database.is_neutralized' AND value ILIKE 'true')
  UNION ALL SELECT 'ir_mail_server: not exactly one is active', count(*) FROM ir_mail_server WHERE active HAVING count(*) <> 1
  UNION ALL SELECT 'ir_mail_server: ours is not active', 1 WHERE NOT EXISTS (SELECT 1 FROM ir_mail_server WHERE active AND name = '${mailServerName}' AND smtp_host = current_setting('ocore.mail_host'))`;

/** What does not hold, one `what|how often` a line; nothing in a copy that is neutral. */
export function wrongSql(rules: readonly NeutralRule[], host: string): string {
  const counted = rules.flatMap(({ name, table, wrong }) =>
    wrong === undefined ? [] : [`SELECT '${name}', count(*) FROM ${table} WHERE ${wrong} HAVING count(*) > 0`],
  );
  return `${mailHost(host)}${[always, ...counted].join('\nUNION ALL ')};`;
}
