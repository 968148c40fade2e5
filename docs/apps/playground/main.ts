import { createApiReference } from '@scalar/api-reference';
import '@scalar/api-reference/style.css';
import { signInBar } from '../sign-in/bar.ts';
import { type Session, storedSession } from '../sign-in/session.ts';
import './page.css';

const place = document.getElementById('app');
const bar = document.getElementById('bar');
if (!place || !bar) throw new Error('The page is incomplete');

/** Nothing of it comes from, or goes to, anywhere but this installation. */
function configuration(session: Session | null) {
  return {
    url: '/api/openapi.json',
    theme: 'default' as const,
    withDefaultFonts: false,
    telemetry: false,
    showDeveloperTools: 'never' as const,
    hideClientButton: true,
    documentDownloadType: 'direct' as const,
    persistAuth: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    defaultHttpClient: { targetKey: 'shell' as const, clientKey: 'curl' as const },
    authentication: {
      preferredSecurityScheme: [['accessToken', 'organization']],
      securitySchemes: {
        accessToken: { token: session?.accessToken ?? '' },
        organization: { name: 'X-Org-Slug', in: 'header' as const, value: session?.slug ?? '' },
      },
    },
  };
}

let reference = createApiReference(place, configuration(storedSession()));
signInBar(bar, 'REST API', (session) => {
  reference.destroy();
  reference = createApiReference(place, configuration(session));
});
