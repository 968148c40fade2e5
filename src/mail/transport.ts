import { createTransport, type Transporter } from 'nodemailer';
import type { App } from '../app.ts';
import { type MailServer, smtpPasswordOwner } from '../settings/index.ts';

export interface SmtpTransport {
  transporter: Transporter;
  from: string;
}

// A server that accepts the connection and then says nothing must not hold an e-mail up for ten minutes.
const times = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** The administrator's mail server comes before that of the environment. */
export function sendsMail({ config, settings }: Pick<App, 'config' | 'settings'>): boolean {
  return settings.current.mailServer !== null || Boolean(config.SMTP_URL ?? config.SMTP_HOST);
}

function fromOf({ config, settings }: Pick<App, 'config' | 'settings'>): string {
  const { mailFrom, brand } = settings.current;
  const name = brand.name.replace(/["\\]/g, '');
  return mailFrom ?? config.SMTP_FROM ?? `"${name}" <no-reply@${new URL(config.APP_URL).hostname}>`;
}

function transporterOf(server: Omit<MailServer, 'passwordEnc'>, password: string): Transporter {
  return createTransport({
    host: server.host,
    port: server.port,
    ...times,
    secure: server.tls === 'tls',
    requireTLS: server.tls === 'starttls',
    ignoreTLS: server.tls === 'none',
    ...(server.user ? { auth: { user: server.user, pass: password } } : {}),
  });
}

/** The way to the mail server as it is set now, or null where there is none. */
export async function smtpTransport(app: Pick<App, 'config' | 'settings' | 'secrets'>): Promise<SmtpTransport | null> {
  const { config, settings, secrets } = app;
  const from = fromOf(app);
  const server = settings.current.mailServer;
  if (server) {
    const password = server.passwordEnc === null ? '' : await secrets.open(server.passwordEnc, smtpPasswordOwner());
    return { from, transporter: transporterOf(server, password) };
  }
  if (config.SMTP_URL) return { from, transporter: createTransport({ url: config.SMTP_URL, ...times }) };
  if (!config.SMTP_HOST) return null;
  const { SMTP_HOST: host, SMTP_PORT: port, SMTP_TLS: tls, SMTP_USER: user } = config;
  return { from, transporter: transporterOf({ host, port, tls, user: user ?? null }, config.SMTP_PASSWORD ?? '') };
}
