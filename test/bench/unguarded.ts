/** The gateway without limits and guard, as the baseline of what they cost. */
import { registerHooks } from 'node:module';

const stubs = new Map([
  [
    '/src/request/quota.ts',
    'export const countAddress = () => {}; export const refuseExceeded = () => {}; export const countRequest = () => {}; export const countCost = () => {}; export const limitAddress = () => (_request, _response, next) => next();',
  ],
  ['/src/gateway/guard/cost.ts', 'export const costOf = () => () => 1;'],
  ['/src/gateway/guard/structure.ts', 'export const checkStructure = () => {};'],
  ['/src/gateway/security-headers.ts', 'export const securityHeaders = () => (_request, _response, next) => next();'],
]);

registerHooks({
  load: (url, context, next) => {
    const stub = [...stubs].find(([path]) => url.endsWith(path))?.[1];
    return stub === undefined ? next(url, context) : { format: 'module', source: stub, shortCircuit: true };
  },
});
await import('../../src/main.ts');
