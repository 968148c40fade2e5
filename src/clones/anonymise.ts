import { type Site, sqlAsOdoo, sqlText } from '../instances/index.ts';
import { type StepContext, StepError } from '../operations/kind.ts';
import { type Anonymisation, type ColumnRule, columnRules, pictureModels, updateSql } from './anonymise-rules.ts';

const slowMs = 3600_000;

/** Tables and columns of the database: `table|column|whether texts fit|whether NULL does`. */
const columnsOf = (tables: readonly string[]): string => `SELECT table_name || '|' || column_name || '|' ||
  (data_type IN ('text', 'character varying'))::text || '|' || (is_nullable = 'YES')::text
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name IN (${tables.map((name) => `'${name}'`).join(', ')});`;

/**
 * Replaces personal data in a database that nothing uses, in one transaction. A rule that the database has no column for is
 * refused: what it was to hide would be there in the open under another name.
 */
export async function anonymise(
  { app, signal }: Pick<StepContext<unknown>, 'app' | 'signal'>,
  { host, instance }: Site,
  database: string,
  given: Anonymisation,
): Promise<string> {
  const run = (statements: string): Promise<string> =>
    sqlAsOdoo({ secrets: app.secrets, host, instance }, database, statements, signal, slowMs);
  const rules = columnRules(given);
  if (rules.length === 0) return 'Nothing to replace';
  const columns = new Map(
    (await run(columnsOf([...new Set(rules.map(({ table }) => table))]))).split('\n').map((line) => {
      const [table = '', column = '', text, nullable] = line.split('|');
      return [`${table}.${column}`, { text: text === 'true', nullable: nullable === 'true' }] as const;
    }),
  );
  const fits = ({ table, column, fake }: ColumnRule): boolean => {
    const known = columns.get(`${table}.${column}`);
    return known !== undefined && (fake === 'empty' ? known.nullable : known.text);
  };
  const unfit = rules.filter((rule) => !rule.optional && !fits(rule));
  if (unfit.length > 0)
    throw new StepError(
      'not_anonymized',
      `The database has no such column, or not of a type that takes the replacement: ${unfit.map(({ table, column, fake }) => `${table}.${column} (${fake})`).join(', ')}`,
      'Correct the rules and clone again.',
    );
  const applied = rules.filter(fits);
  const kept = (given.keepLogins ?? []).map((login) => `(${sqlText(login)})`).join(', ');
  const models = (given.presets ?? []).flatMap((name) => pictureModels[name]).map((model) => `'${model}'`);
  await run(`BEGIN;
    CREATE TEMPORARY TABLE ocore_kept_logins (login text);
    ${kept === '' ? '' : `INSERT INTO ocore_kept_logins VALUES ${kept};`}
    ${
      models.length === 0
        ? ''
        : `DELETE FROM ir_attachment WHERE res_model IN (${models.join(', ')}) AND res_field IS NOT NULL
      AND NOT (res_model = 'res.partner' AND res_id IN (SELECT partner_id FROM res_company));`
    }
    ${applied.map((rule) => `${updateSql(rule)};`).join('\n')}
    COMMIT;`);
  return `Replaced ${applied.map(({ table, column }) => `${table}.${column}`).join(', ')}`;
}
