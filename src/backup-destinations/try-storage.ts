import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { S3Storage, SftpStorage, type Storage } from '../storage/index.ts';
import type { DestinationPlace } from './place.ts';
import { TestFailure } from './problems.ts';
import type { Report, TestReport } from './report.ts';
import { failureOf } from './storage-problem.ts';

/** S3 refuses requests of clocks that are further apart (RequestTimeTooSkewed). */
const mostSkewMs = 15 * 60_000;
const content = Buffer.from('This file tests whether oCore can use this place for backups.\n');

/** Writes, reads, lists and deletes a small file, as restic does; and compares the clocks. */
export async function tryStorage(place: DestinationPlace, storage: Storage, report: Report): Promise<TestReport> {
  const name = `ocore-test-${randomUUID()}`;
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw failureOf(place, error);
    });
  await report.step('connect', () => told(storage.list('ocore-test-')));
  await report.step('write', () => told(storage.write(name, Readable.from([content]))));
  let deleted = false;
  try {
    await report.step('read', async () => {
      const back = await told(storage.read(name).then(buffer));
      if (!back.equals(content))
        throw new TestFailure('content_changed', 'The test file was not read back as it was written');
    });
    await report.step('list', async () => {
      const files = await told(storage.list(name));
      if (!files.some((file) => file.name === name))
        throw new TestFailure('content_changed', 'The test file that was written is not in the list');
    });
    deleted = true;
    await report.step('delete', () => told(storage.delete(name)));
  } finally {
    if (!deleted) await storage.delete(name).catch(() => {});
  }
  if (!(storage instanceof S3Storage))
    return report.passed({ freeBytes: storage instanceof SftpStorage ? await storage.freeBytes() : null });
  const { clockSkewMs } = storage;
  await report.step('clock', async () => {
    if (clockSkewMs !== undefined && Math.abs(clockSkewMs) > mostSkewMs) throw clockFailure(clockSkewMs);
  });
  const clockSkewSeconds = clockSkewMs === undefined ? null : Math.round(Math.abs(clockSkewMs) / 1000);
  return report.passed({ clockSkewSeconds, objectLock: (await storage.objectLock()) ?? null });
}

function clockFailure(skewMs: number): TestFailure {
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  return new TestFailure(
    'clock_skewed',
    `The clock of the service is ${minutes} minutes ${skewMs > 0 ? 'ahead of' : 'behind'} the clock of oCore; S3 refuses more than 15: set the wrong one by NTP`,
  );
}
