import type { Request } from 'express';
import { AppError } from '../errors.ts';

/** Those of the types that the caller takes, as its Accept header prefers them. */
function acceptedOf(request: Request, types: readonly string[]): string[] {
  // Of no types at all, Express would give everything in the header.
  const best = types.length > 0 && request.accepts([...types]);
  if (best === false) return [];
  const others = types.filter((type) => type !== best);
  return [best, ...acceptedOf(request, others)];
}

export function notAcceptable(types: readonly string[]): AppError {
  return new AppError('not_acceptable', `The response has the type ${types.join(' or ')}; name it in Accept`, {
    header: 'Accept',
    allowed: types,
  });
}

/** Which of the types of a response the caller takes, the preferred ones first. Asked before anything runs: with none of them, nothing does. */
export function requireAccepted(request: Request, types: readonly string[]): string[] {
  const accepted = acceptedOf(request, types);
  if (accepted.length === 0) throw notAcceptable(types);
  return accepted;
}
