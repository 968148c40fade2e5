import { Command } from 'commander';
import { sealedColumns } from '../sealed-columns.ts';
import { countRecords } from '../secrets/count.ts';
import { withInstallation } from './installation.ts';

interface Row {
  id: string;
  wrapped: string;
  created: string;
  retired: string | null;
}

const select =
  "SELECT id, wrapped, to_char(created_at, 'YYYY-MM-DD HH24:MI') AS created, to_char(retired_at, 'YYYY-MM-DD HH24:MI') AS retired FROM data_keys ORDER BY created_at DESC, id DESC";
const head = ['key', 'state', 'created', 'master key', 'records'];

export const keyStatus = new Command('status')
  .description('Show the data keys, the master key that wraps each, and how many records each encrypts.')
  .action(() =>
    withInstallation(async ({ db, masters }) => {
      const counts = await countRecords(db.pool, sealedColumns);
      const { rows } = await db.pool.query<Row>(select);
      const lines = rows.map((row, index) => {
        const wrappedBy = masters.isCurrent(row.wrapped)
          ? 'current'
          : masters.knows(row.wrapped.split('.')[1] ?? '')
            ? 'previous'
            : 'UNKNOWN';
        return [
          row.id,
          row.retired ? `retired ${row.retired}` : index === 0 ? 'seals' : 'being rotated out',
          row.created,
          wrappedBy,
          String(counts.get(`v2.${row.id}`) ?? 0),
        ];
      });
      for (const [key, count] of counts) {
        const id = key.slice(3);
        if (key.startsWith('v1.'))
          lines.push([
            id,
            'master key (format from before data keys)',
            '',
            masters.knows(id) ? 'known' : 'UNKNOWN',
            String(count),
          ]);
        else if (!rows.some((row) => row.id === id)) lines.push([id, 'MISSING', '', '', String(count)]);
      }
      const widths = head.map((title, column) =>
        Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
      );
      for (const line of [head, ...lines])
        process.stdout.write(
          `${line
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join('  ')
            .trimEnd()}\n`,
        );
    }),
  );
