import type { ErrorCode } from '../errors.ts';
import { accessHelp } from './access.ts';
import type { ErrorHelp } from './help.ts';
import { requestHelp } from './request.ts';
import { stateHelp } from './state.ts';

/** A code without help does not compile. The error pages and the examples of the OpenAPI document are made from this. */
export const errorHelp: Readonly<Record<ErrorCode, ErrorHelp>> = { ...requestHelp, ...accessHelp, ...stateHelp };
