import type { RequestHandler } from 'express';

/** What every response says to browsers. Pages say more of what they may load; responses of the API may load nothing and are not kept. */
export function securityHeaders(appUrl: string): RequestHandler {
  const https = appUrl.startsWith('https:');
  return (request, response, next) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'strict-origin-when-cross-origin');
    response.setHeader('X-Frame-Options', 'DENY');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    const isApi = /^\/api(\/|$)/.test(request.path);
    response.setHeader(
      'Content-Security-Policy',
      isApi ? "default-src 'none'; frame-ancestors 'none'" : "frame-ancestors 'none'",
    );
    if (isApi || /^\/graphql(\/|$)/.test(request.path)) response.setHeader('Cache-Control', 'no-store');
    if (https) response.setHeader('Strict-Transport-Security', 'max-age=31536000');
    next();
  };
}
