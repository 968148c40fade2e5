import { once } from 'node:events';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { freePort } from './free-port.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  messageId: string;
  /** The first link in it. */
  link: URL;
  /** `token` of that link. */
  token: string;
}

/** A mail server that lets in those alone who know a name and a password, and only over TLS. */
export interface Guarded {
  key: string;
  cert: string;
  user: string;
  password: string;
  /** TLS from the first byte, or after STARTTLS. */
  tls: 'tls' | 'starttls';
}

/**
 * A real SMTP server. `next(to)` gives the next letter to an address, in the order of arrival, and waits for it; each
 * letter is given once. `Ocore.start(mailbox.env)` makes oCore send to it.
 */
export class Mailbox {
  readonly port: number;
  #server: SMTPServer | undefined;
  readonly #letters: Mail[] = [];
  readonly #arrived = new EventTarget();
  readonly #refused = new Set<string>();
  readonly #guarded: Guarded | undefined;
  /** Who signed in, with which password, whether it was the right one or not. */
  readonly signIns: { user: string; password: string; overTls: boolean }[] = [];
  /** Sign-ins and letters that the server was asked for, refused ones included. */
  attempts = 0;

  private constructor(port: number, guarded?: Guarded) {
    this.port = port;
    this.#guarded = guarded;
  }

  /** `up: false`: its address is known, but nobody listens there yet. */
  static async start({ up = true, guarded }: { up?: boolean; guarded?: Guarded } = {}): Promise<Mailbox> {
    const mailbox = new Mailbox(await freePort(), guarded);
    if (up) await mailbox.up();
    return mailbox;
  }

  get env(): Record<string, string> {
    return { SMTP_URL: `smtp://127.0.0.1:${this.port}`, SMTP_FROM: 'oCore <no-reply@ocore.test>' };
  }

  async up(): Promise<void> {
    const guarded = this.#guarded;
    const server = new SMTPServer({
      ...(guarded
        ? { key: guarded.key, cert: guarded.cert, secure: guarded.tls === 'tls' }
        : { authOptional: true, disabledCommands: ['STARTTLS'] }),
      logger: false,
      onAuth: ({ username, password }, { secure }, callback) => {
        const user = username ?? '';
        this.signIns.push({ user, password: password ?? '', overTls: secure });
        if (user === guarded?.user && password === guarded.password) callback(null, { user });
        else callback(new Error('Invalid username or password'));
      },
      onRcptTo: ({ address }, _session, callback) => {
        this.attempts += 1;
        if (this.#refused.has(address))
          callback(Object.assign(new Error('5.1.1 No such mailbox'), { responseCode: 550 }));
        else callback();
      },
      onData: (stream, _session, callback) => {
        simpleParser(stream).then((mail) => {
          this.#keep(mail.to, mail.subject ?? '', mail.text ?? '', mail.messageId ?? '');
          callback();
        }, callback);
      },
    });
    server.on('error', () => {});
    server.listen(this.port, '127.0.0.1');
    await once(server.server, 'listening');
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server)
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
  }

  /** The server says a lasting no to this address. */
  refuse(address: string): void {
    this.#refused.add(address);
  }

  /** Whether a letter to the address has come that was not taken yet. */
  has(to: string): boolean {
    return this.#letters.some((letter) => letter.to === to.toLowerCase());
  }

  async next(to: string): Promise<Mail> {
    for (;;) {
      const index = this.#letters.findIndex((letter) => letter.to === to.toLowerCase());
      if (index >= 0) return this.#letters.splice(index, 1)[0] ?? Promise.reject(new Error('unreachable'));
      await new Promise<void>((resolve) => {
        this.#arrived.addEventListener('mail', () => resolve(), { once: true });
      });
    }
  }

  /** The next letter to the address whose subject has these words; others before it are dropped. */
  async nextAbout(to: string, words: string): Promise<Mail> {
    for (;;) {
      const letter = await this.next(to);
      if (letter.subject.includes(words)) return letter;
    }
  }

  #keep(to: unknown, subject: string, text: string, messageId: string): void {
    const address: unknown = typeof to === 'object' && to !== null ? Reflect.get(to, 'text') : '';
    const link = new URL(/https?:\/\/[^\s<>"]+/.exec(text)?.[0] ?? 'http://none.invalid/');
    this.#letters.push({
      to: String(address).toLowerCase(),
      subject,
      text,
      messageId,
      link,
      token: link.searchParams.get('token') ?? '',
    });
    this.#arrived.dispatchEvent(new Event('mail'));
  }
}
