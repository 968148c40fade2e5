import type { RequestHandler } from 'express';
import { apiVersion } from '../src/api-version.ts';
import { requireAccepted } from '../src/request/accepted.ts';
import { html, sendPage } from '../src/request/html-page.ts';
import { categories } from './openapi/shared.ts';
import { routes } from './routes.ts';

const links = {
  documentation: '/docs/',
  quickStart: '/docs/guides/quick-start',
  playground: '/docs/api',
  openapi: '/api/openapi.json',
  openapiYaml: '/api/openapi.yaml',
  graphql: '/graphql',
  errors: '/docs/errors',
} as const;

const slugOf = (category: string): string => category.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** The parts of the API in the order of the reference, each with its first path and its place in the playground. */
const parts = Object.entries(categories).flatMap(([name, description]) => {
  const own = routes.filter((route) => route.category === name);
  return own.length === 0 ? [] : [{ name, description, routes: own.length, reference: `/docs/api#tag/${slugOf(name)}` }];
});

const index = { name: 'oCore', version: apiVersion, links, categories: parts };

/** `/api`: where a program or a person begins who knows nothing but this address. */
export const apiIndex: RequestHandler = (request, response) => {
  const [best] = requireAccepted(request, ['application/json', 'text/html']);
  response.vary('Accept');
  if (best === 'application/json') {
    response.json(index);
    return;
  }
  sendPage(response, {
    title: 'API',
    body: html`<p>REST under <code>/api</code> and GraphQL under <code>/graphql</code> run the same operations. Begin with the <a href="${links.quickStart}">quick start</a>, or try the routes in the <a href="${links.playground}">playground</a>.</p>
<dl><dt>Version</dt><dd>${apiVersion}</dd><dt>OpenAPI 3.1</dt><dd><a href="${links.openapi}">openapi.json</a>, <a href="${links.openapiYaml}">openapi.yaml</a></dd><dt>GraphQL</dt><dd><a href="${links.graphql}">/graphql</a></dd><dt>Errors</dt><dd><a href="${links.errors}">All codes</a></dd></dl>
<h2>Parts</h2><ul class="list">${parts.map((part) => html`<li><a href="${part.reference}">${part.name}</a><small>${part.description}</small></li>`)}</ul>`,
  });
};
