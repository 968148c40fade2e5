import { existsSync, readdirSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import compression from 'compression';
import express, { type RequestHandler, type Response, type Router } from 'express';

import { onlyMethods } from '../request/methods.ts';

const dist = resolve(import.meta.dirname, '../../docs/dist');
const pages = join(dist, 'pages');
const assets = join(dist, 'apps/assets');
// What the build compressed, which takes longer than a request may.
const compressedAssets = new Set(existsSync(assets) ? readdirSync(assets).filter((file) => file.endsWith('.br')) : []);

// Everything comes from here. GraphiQL's editor puts styles into the page, so there alone they may be inline. The search is a form.
const policy = (...more: string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...more,
  ].join('; ');
const pagePolicy = policy("style-src 'self'", "form-action 'self'");
const editorPolicy = policy("style-src 'self' 'unsafe-inline'", "form-action 'none'", "worker-src 'self' blob:");

function guard(response: Response, content: string): void {
  response.setHeader('Content-Security-Policy', content);
  response.setHeader('Referrer-Policy', 'same-origin');
}

/** GraphiQL, for browsers that open /graphql. */
export const graphiql: RequestHandler = (request, response, next) => {
  if (
    request.method !== 'GET' ||
    request.query['query'] !== undefined ||
    request.accepts('application/json', 'text/html') !== 'text/html'
  ) {
    next();
    return;
  }
  guard(response, editorPolicy);
  response.setHeader('Vary', 'Accept');
  response.sendFile(join(pages, 'graphiql.html'), { maxAge: '5m' });
};

const compressedAtBuild: RequestHandler = (request, _response, next) => {
  const file = `${request.path.slice(1)}.br`;
  if (compressedAssets.has(file) && request.acceptsEncodings('br')) request.url = `/${file}`;
  next();
};

function describeCompressed(response: Response, path: string): void {
  if (!path.endsWith('.br')) return;
  response.type(extname(path.slice(0, -'.br'.length)));
  response.setHeader('Content-Encoding', 'br');
  response.vary('Accept-Encoding');
}

/** The documentation and the playground: files that `npm run generate` made. */
export function docsRouter(): Router {
  const router = express.Router({ caseSensitive: true });
  const onlyGet = onlyMethods('GET', 'HEAD');
  router.use((request, response, next) =>
    ['GET', 'HEAD'].includes(request.method) ? next() : onlyGet(request, response, next),
  );
  router.use(compression());
  router.use('/assets', compressedAtBuild);
  // Their names carry a hash of their content.
  router.use(
    '/assets',
    express.static(assets, { index: false, immutable: true, maxAge: '1y', setHeaders: describeCompressed }),
  );
  router.use((request, response, next) => {
    // Pages are asked for without their ending; some share their name with a folder.
    if (!/\.\w+$|\/$/.test(request.path)) request.url = request.url.replace(request.path, `${request.path}.html`);
    guard(response, pagePolicy);
    next();
  });
  router.get('/', (_request, response) => {
    response.sendFile(join(pages, 'index.html'), { maxAge: '5m' });
  });
  router.use(express.static(pages, { maxAge: '5m', redirect: false }));
  return router;
}
