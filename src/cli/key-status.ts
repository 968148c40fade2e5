import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { sealedColumns } from '../sealed-columns.ts';
import { countRecords } from '../secrets/count.ts';
import { MasterKeys } from '../secrets/master-keys.ts';
import { commandDatabase } from './database.ts';

interface Row {
  id: string;
  wrapped: string;
  created: string;
  retired: string | null;
}

export const keyStatus = new Command('status').description('Show the data keys, which master key wraps them, and how many records each seals.').action(async () => {
  const config = readConfig(process.env);
  const masters = new MasterKeys(config.SSH_ENCRYPTION_KEY, config.SSH_ENCRYPTION_KEY_PREVIOUS);
  const { db, close } = await commandDatabase(config);
  try {
    const counts = await countRecords(db.pool, sealedColumns);
    const { rows } = await db.pool.query<Row>("SELECT id, wrapped, to_char(created_at, 'YYYY-MM-DD HH24:MI') AS created, to_char(retired_at, 'YYYY-MM-DD HH24:MI') AS retired FROM data_keys ORDER BY created_at DESC, id DESC");
    const wrappedBy = ({ wrapped }: Row): string => (masters.isCurrent(wrapped) ? 'current' : masters.knows(wrapped.split('.')[1] ?? '') ? 'previous' : 'UNKNOWN');
    const lines = rows.map((row, index) => [row.id, row.retired ? `retired ${row.retired}` : index === 0 ? 'seals' : 'being rotated out', row.created, wrappedBy(row), String(counts.get(`v2.${row.id}`) ?? 0)]);
    const named = new Set(rows.map((row) => `v2.${row.id}`));
    for (const [key, count] of counts) {
      if (named.has(key)) continue;
      const id = key.slice(3);
      lines.push([id, key.startsWith('v1.') ? 'master key, used directly' : 'MISSING', '', key.startsWith('v1.') && masters.knows(id) ? 'known' : 'UNKNOWN', String(count)]);
    }
    const table = [['key', 'state', 'created', 'master key', 'records'], ...lines];
    const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
    for (const line of table) process.stdout.write(`${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`);
  } finally {
    await close();
  }
});
