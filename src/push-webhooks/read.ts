import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { parse } from '../parse.ts';
import { type Delivery, header, type Headers, mostBytes, type Push, type PushSender } from './delivery.ts';
import { required, senderOf } from './senders.ts';

/** JSON, or the form in which GitHub and Gitea can send it. */
function contentOf(headers: Headers, body: Buffer): unknown {
  const text = body.toString('utf8');
  const isForm = header(headers, 'content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded');
  try {
    return JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text);
  } catch {
    throw new AppError('invalid_json', 'The body is not JSON');
  }
}

/** Of what is right, the rest does not matter: messages of commits may hold anything. */
function pushesOf(payload: z.ZodType<Push[]>, content: unknown): readonly Push[] {
  const read = payload.safeParse(content);
  if (read.success) return read.data;
  try {
    return parse(payload, content);
  } catch (error) {
    if (error instanceof RangeError) throw new AppError('invalid_json', 'The body is nested too deeply');
    throw error;
  }
}

/** Reads what a Git host says of a repository, if it proves that it knows the secret; nothing of it is read before. */
export function readDelivery(sender: PushSender, secret: string, headers: Headers, body: Buffer): Delivery {
  if (body.length > mostBytes)
    throw new AppError('payload_too_large', `The body can have up to ${mostBytes} bytes`, { limit: mostBytes });
  const { check, pings, pushes, ...names } = senderOf(sender, headers);
  check(headers, secret, body);
  const event = required(headers, names.event);
  const id = required(headers, names.id);
  const digest = createHash('sha256').update(body).digest('hex');
  if (pings.includes(event)) return { id, digest, event: 'ping', pushes: [] };
  const payload = Object.hasOwn(pushes, event) ? pushes[event] : undefined;
  if (!payload) return { id, digest, event: 'other', pushes: [] };
  return { id, digest, event: 'push', pushes: pushesOf(payload, contentOf(headers, body)) };
}
