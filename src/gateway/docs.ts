import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { type Router } from 'express';

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>oCore REST API</title>
<link rel="stylesheet" href="/docs/api/assets/swagger-ui.css"><link rel="icon" href="/docs/api/assets/favicon-32x32.png"></head>
<body><div id="ui"></div><script src="/docs/api/assets/swagger-ui-bundle.js"></script><script src="/docs/api/start.js"></script></body></html>
`;
const script = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#ui', deepLinking: true, persistAuthorization: true, displayRequestDuration: true, requestSnippetsEnabled: true, validatorUrl: null });
`;

/** The reference of the REST API, to read and to try; everything is served from here, nothing from elsewhere. */
export function docsRouter(): Router {
  const router = express.Router();
  router.get('/api', (_request, response) => { response.type('html').send(page); });
  router.get('/api/start.js', (_request, response) => { response.type('js').send(script); });
  router.use('/api/assets', express.static(assets, { index: false, maxAge: '1d' }));
  return router;
}
