import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.ts';
import type { Client } from '../identity/index.ts';
import { requestIdOf } from './request.ts';

/** Who asks: for the session list and the audit trail. */
export function clientOf(_config: Config, request: IncomingMessage): Client {
  return { requestId: requestIdOf(request.headers), ipAddress: request.socket.remoteAddress ?? null, userAgent: request.headers['user-agent'] ?? null };
}
