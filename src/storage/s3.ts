import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable, Transform } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { checkName, leftoverMs, type Storage, StorageError, type StoredFile } from './storage.ts';

export interface S3Place {
  bucket: string;
  /** Before every name; empty or with a slash at its end. */
  prefix: string;
  region: string;
  /** Null: Amazon's own. */
  endpoint: string | null;
  /** The bucket in the path, not in the name of the host: what most other services want. */
  pathStyle: boolean;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Finds addresses that may be connected to; absent: any. */
  lookup?: LookupFunction;
  /** How often a call is made before its error counts. */
  attempts?: number;
}

/** What keeps objects of a bucket from being deleted for a while. */
export interface ObjectLock {
  mode: 'governance' | 'compliance' | null;
  /** How long each new object is kept; null where only single objects are locked. */
  days: number | null;
}

/** S3 has at most 10,000 parts: these make 320 GB. Two are in memory at a time. */
const partSize = 32 * 1024 * 1024;

/** A bucket of S3, or of a service that speaks its language. An object is there when its upload was completed, and not before. */
export class S3Storage implements Storage {
  readonly place: string;
  readonly #place: S3Place;
  readonly #client: S3Client;
  /** By how much the service's clock was ahead of ours at its last response, in milliseconds; its header counts whole seconds. */
  clockSkewMs: number | undefined;

  constructor(place: S3Place) {
    this.#place = place;
    this.place = `s3://${place.bucket}/${place.prefix}`;
    this.#client = new S3Client({
      region: place.region,
      ...(place.endpoint === null ? {} : { endpoint: place.endpoint }),
      forcePathStyle: place.pathStyle,
      credentials: place.credentials,
      maxAttempts: place.attempts ?? 5,
      // Checksums that are not asked for are not known to every service.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: 10_000,
        socketTimeout: 120_000,
        ...(place.lookup === undefined
          ? {}
          : {
              httpAgent: new http.Agent({ keepAlive: true, lookup: place.lookup }),
              httpsAgent: new https.Agent({ keepAlive: true, lookup: place.lookup }),
            }),
      },
    });
    this.#client.middlewareStack.add(
      (next) => (args) => {
        const { input } = args;
        // Buckets that lock what they get want it; every service knows it.
        if ('Body' in input && input.Body instanceof Uint8Array)
          return next({
            ...args,
            input: { ...input, ContentMD5: createHash('md5').update(input.Body).digest('base64') },
          });
        return next(args);
      },
      { step: 'initialize', name: 'content-md5' },
    );
    this.#client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        this.#readClock(result.response);
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'clock' },
    );
  }

  async write(name: string, content: Readable, signal?: AbortSignal): Promise<number> {
    const at = this.#at(name);
    let size = 0;
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        size += chunk.length;
        done(null, chunk);
      },
    });
    content.once('error', (error) => counted.destroy(error));
    const upload = new Upload({
      client: this.#client,
      params: { ...at, Body: content.pipe(counted) },
      partSize,
      queueSize: 2,
      // What breaks off is aborted, so that its parts are not kept.
      leavePartsOnError: false,
    });
    const abort = (): void => {
      content.destroy(new Error('The upload was cancelled'));
      void upload.abort();
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      await upload.done();
      const { ContentLength } = await this.#client.send(new HeadObjectCommand(at));
      if (ContentLength !== size)
        throw new StorageError(`${this.place}${name} has ${ContentLength} bytes there; ${size} were written`);
      return size;
    } catch (error) {
      content.destroy();
      throw this.#explained(error);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async read(name: string, signal?: AbortSignal): Promise<Readable> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#at(name)), { abortSignal: signal });
      if (!(Body instanceof Readable)) throw new StorageError(`${this.place}${name} has no content`);
      return Body;
    } catch (error) {
      throw error instanceof NoSuchKey
        ? new StorageError(`${this.place}${name} does not exist`)
        : this.#explained(error);
    }
  }

  async list(prefix: string): Promise<StoredFile[]> {
    const { bucket, prefix: before } = this.#place;
    const files: StoredFile[] = [];
    try {
      for await (const page of paginateListObjectsV2(
        { client: this.#client },
        { Bucket: bucket, Prefix: `${before}${prefix}` },
      ))
        for (const { Key, Size, LastModified } of page.Contents ?? [])
          if (Key !== undefined && !Key.slice(before.length).includes('/'))
            files.push({ name: Key.slice(before.length), size: Size ?? 0, modifiedAt: LastModified ?? new Date(0) });
    } catch (error) {
      throw this.#explained(error);
    }
    return files.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async delete(name: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#at(name))).catch((error: unknown) => {
      if (!(error instanceof NoSuchKey)) throw this.#explained(error);
    });
  }

  async sweep(prefix: string): Promise<void> {
    const { bucket: Bucket, prefix: before } = this.#place;
    const uploads = await this.#client
      .send(new ListMultipartUploadsCommand({ Bucket, Prefix: `${before}${prefix}` }))
      // Not every service lists them.
      .catch((error: unknown) => {
        if (error instanceof S3ServiceException && error.name === 'NotImplemented') return { Uploads: [] };
        throw this.#explained(error);
      });
    for (const { Key, UploadId, Initiated } of uploads.Uploads ?? [])
      if (Initiated && Initiated.getTime() < Date.now() - leftoverMs)
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  /** What the bucket locks; null where it locks nothing, undefined where that may not be asked. */
  async objectLock(): Promise<ObjectLock | null | undefined> {
    try {
      const { ObjectLockConfiguration: lock } = await this.#client.send(
        new GetObjectLockConfigurationCommand({ Bucket: this.#place.bucket }),
      );
      if (lock?.ObjectLockEnabled !== 'Enabled') return null;
      const { Mode, Days, Years } = lock.Rule?.DefaultRetention ?? {};
      const days = Days ?? (Years === undefined ? null : Years * 365);
      return { mode: Mode === undefined ? null : Mode === 'COMPLIANCE' ? 'compliance' : 'governance', days };
    } catch (error) {
      // Buckets without it, and services without it, say so in several ways.
      const name = error instanceof Error ? error.name : '';
      return name === 'AccessDenied' ? undefined : null;
    }
  }

  #readClock(response: unknown): void {
    const headers: unknown = typeof response === 'object' && response ? Reflect.get(response, 'headers') : undefined;
    const date: unknown = typeof headers === 'object' && headers ? Reflect.get(headers, 'date') : undefined;
    const at = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    if (!Number.isNaN(at)) this.clockSkewMs = at - Date.now();
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#place.bucket, Key: `${this.#place.prefix}${checkName(name)}` };
  }

  /** The library's errors have the reason in their name: AccessDenied, NoSuchBucket, SignatureDoesNotMatch. */
  #explained(error: unknown): Error {
    if (error instanceof StorageError) return error;
    if (!(error instanceof Error)) return new StorageError(String(error));
    return new StorageError(`${this.place}: ${error.name}: ${error.message}`, { cause: error });
  }
}
