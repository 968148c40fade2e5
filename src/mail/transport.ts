import { createTransport, type Transporter } from 'nodemailer';
import type { Config } from '../config.ts';

export interface SmtpTransport {
  transporter: Transporter;
  from: string;
}

/** The way to the mail server, or null where none is configured. */
export function smtpTransport(config: Config): SmtpTransport | null {
  const from = config.SMTP_FROM ?? `oCore <no-reply@${new URL(config.APP_URL).hostname}>`;
  // A server that accepts the connection and then says nothing must not hold an e-mail up for ten minutes.
  const times = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
  if (config.SMTP_URL) {
    return { from, transporter: createTransport({ url: config.SMTP_URL, ...times }) };
  }
  if (!config.SMTP_HOST) return null;
  return {
    from,
    transporter: createTransport({
      host: config.SMTP_HOST,
      port: config.SMTP_PORT,
      ...times,
      secure: config.SMTP_TLS === 'tls',
      requireTLS: config.SMTP_TLS === 'starttls',
      ignoreTLS: config.SMTP_TLS === 'none',
      ...(config.SMTP_USER ? { auth: { user: config.SMTP_USER, pass: config.SMTP_PASSWORD ?? '' } } : {}),
    }),
  };
}
