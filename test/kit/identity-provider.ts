import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import Provider, { type Configuration } from 'oidc-provider';
import { freePort } from './free-port.ts';

const clientId = 'ocore';
const clientSecret = 'the secret of ocore';

/** Who is signed in at the provider, and lets everybody in who asks. */
export interface Person {
  /** The provider's own id; a number as text, which GitHub's ids are. */
  id: string;
  email: string;
  emailVerified: boolean;
  name: string;
}

/**
 * A real OpenID Connect provider (oidc-provider) with one client. `google` is it as it is; `github` has GitHub's paths, no
 * ID token, and the two endpoints of its API: a stand-in for GitHub Enterprise Server, which is not to be had here.
 */
export class IdentityProvider {
  readonly url: string;
  person: Person = { id: '1', email: 'nobody@example.com', emailVerified: false, name: 'Nobody' };
  refuses = false;
  readonly #kind: 'google' | 'github';
  readonly #server: Server;

  private constructor(kind: 'google' | 'github', url: string, server: Server) {
    this.#kind = kind;
    this.url = url;
    this.#server = server;
  }

  static async start(kind: 'google' | 'github', appUrl: string): Promise<IdentityProvider> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const configuration: Configuration = {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          token_endpoint_auth_method: 'client_secret_post',
          redirect_uris: [`${appUrl}/api/auth/oauth/${kind}/callback`],
        },
      ],
      cookies: { keys: [randomBytes(16).toString('hex')] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture'] },
      conformIdTokenClaims: false,
      scopes: kind === 'google' ? ['openid', 'email', 'profile'] : ['read:user', 'user:email'],
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
      ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
      pkce: { required: () => true },
      findAccount: (_context, id) => ({
        accountId: id,
        claims: () => ({
          sub: id,
          email: provider.person.email,
          email_verified: provider.person.emailVerified,
          name: provider.person.name,
          picture: 'https://images.invalid/face.png',
        }),
      }),
      ...(kind === 'github'
        ? { routes: { authorization: '/login/oauth/authorize', token: '/login/oauth/access_token' } }
        : {}),
    };
    const oidc = new Provider(url, configuration);
    oidc.use(async (context, next) => {
      if (context.path.startsWith('/interaction/')) return provider.#answer(oidc, context);
      if (!context.path.startsWith('/api/v3/')) return next();
      const token = await oidc.AccessToken.find(String(context.get('authorization')).replace(/^Bearer /i, ''));
      const { id, name, email, emailVerified } = provider.person;
      context.status = token ? 200 : 401;
      if (token)
        context.body = context.path.endsWith('/emails')
          ? [
              { email: 'other@example.com', primary: false, verified: true },
              { email, primary: true, verified: emailVerified },
            ]
          : { id: Number(id), login: `login-${id}`, name, avatar_url: null };
    });
    const server = createServer(oidc.callback());
    const provider: IdentityProvider = new IdentityProvider(kind, url, server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return provider;
  }

  /** What makes oCore offer it. */
  get env(): Record<string, string> {
    return this.#kind === 'google'
      ? { GOOGLE_ISSUER: this.url, GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret }
      : { GITHUB_URL: this.url, GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret };
  }

  /** Signs the person in and agrees to everything, or refuses. */
  async #answer(
    oidc: Provider,
    { req, res }: { req: import('node:http').IncomingMessage; res: import('node:http').ServerResponse },
  ): Promise<void> {
    if (this.refuses) return oidc.interactionFinished(req, res, { error: 'access_denied' });
    const { params } = await oidc.interactionDetails(req, res);
    const grant = new oidc.Grant({ accountId: this.person.id, clientId: String(params['client_id']) });
    grant.addOIDCScope(String(params['scope']));
    await oidc.interactionFinished(req, res, {
      login: { accountId: this.person.id, remember: false },
      consent: { grantId: await grant.save() },
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
