/** Headers of requests and responses, named once: for CORS, for OpenAPI, and for whoever looks for them. */
export const requestHeaders = ['Authorization', 'Content-Type', 'X-Org-Slug', 'X-Request-Id', 'X-OCore-Version', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'Last-Event-ID', 'X-OCore-Session', 'X-CSRF-Token'] as const;
export const answerHeaders = [
  'X-Request-Id', 'X-OCore-Version', 'ETag', 'Link', 'Location', 'Retry-After', 'Idempotency-Replayed', 'Deprecation', 'Sunset', 'Allow', 'WWW-Authenticate',
  'RateLimit', 'RateLimit-Policy', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset',
] as const;
