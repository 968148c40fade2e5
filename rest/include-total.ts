import type { Request } from 'express';
import { validationError } from '../src/errors.ts';
import type { PreparedRoute } from './prepared.ts';

/** The route as the request asks for it: a list counts all its rows only with `include_total=true`. */
export function withTotal(request: Request, prepared: PreparedRoute): PreparedRoute {
  const { counted } = prepared;
  const asked = request.query['include_total'];
  if (!counted || asked === undefined || asked === 'false') return prepared;
  if (asked !== 'true') throw validationError([{ field: 'include_total', constraint: 'type', message: 'include_total must be true or false' }]);
  return { ...prepared, ...counted };
}
