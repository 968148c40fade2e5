import ssh2, { type AnyAuthMethod, type Prompt } from 'ssh2';
import { RemoteError } from './errors.ts';
import { inOneLine } from './shell-problem.ts';
import type { SshTarget } from './target.ts';

const hints = {
  key: 'Set PubkeyAuthentication to yes in the server’s sshd_config, or use authMethod password.',
  password: 'Set PasswordAuthentication to yes in the server’s sshd_config, or use a key.',
  more: 'Use an SSH user that needs one factor only (AuthenticationMethods in sshd_config, and PAM).',
};

/** Signs in with one key or one password, by the methods that the server offers, and knows why that failed. */
export class SshAuth {
  readonly #target: SshTarget;
  readonly #tried = new Set<string>();
  #offered: string[] = [];
  #partly = false;
  /** What the server asked that the password is no answer to. */
  #asked = '';
  #answered = false;

  constructor(target: SshTarget) {
    this.#target = target;
  }

  /** Tells ssh2 what to try next; at first nothing, which makes the server say what it offers. */
  readonly next = (offered: string[] | null, partly: boolean | null): AnyAuthMethod | false => {
    const { user: username, auth } = this.#target;
    if (offered === null) return { type: 'none', username };
    this.#offered = offered.filter((name) => /^[a-z0-9-]{1,40}$/.test(name)).slice(0, 8);
    if (partly) this.#partly = true;
    if (auth.method === 'key')
      return this.#first('publickey') ? { type: 'publickey', username, key: auth.privateKey } : false;
    if (this.#first('password')) return { type: 'password', username, password: auth.password };
    // A password that was refused is not tried in another way: the server would count two failures.
    if ((!this.#tried.has('password') || this.#partly) && this.#offers('keyboard-interactive'))
      return this.#first('keyboard-interactive')
        ? {
            type: 'keyboard-interactive',
            username,
            prompt: (_name, _instructions, _language, prompts, finish) => finish(this.#answer(prompts, auth.password)),
          }
        : false;
    return false;
  };

  /** Why nothing more can be tried. */
  problem(): RemoteError {
    const { method } = this.#target.auth;
    const list = this.#offered.join(', ');
    const refuse = (message: string, hint?: string): RemoteError =>
      new RemoteError('ssh_auth_failed', message, hint === undefined ? {} : { hint });
    if (this.#asked !== '') return refuse(`The server asks for more than the password: “${this.#asked}”`, hints.more);
    if (this.#partly)
      return refuse(`The server accepts the ${method}, but asks for another factor as well: ${list}`, hints.more);
    if (this.#tried.size === 0)
      return refuse(
        `The server does not accept a ${method} from the SSH user${list === '' ? '' : `; it offers ${list}`}`,
        hints[method],
      );
    return refuse(`The server refused the SSH user or its ${method}`);
  }

  #offers(method: string): boolean {
    return this.#offered.includes(method);
  }

  /** Whether the method is worth a try: some servers list nothing. */
  #first(method: string): boolean {
    if (this.#tried.has(method) || (this.#offered.length > 0 && !this.#offers(method))) return false;
    this.#tried.add(method);
    return true;
  }

  /** The password is the answer to the first hidden question; there is none to any other. */
  #answer(prompts: readonly Prompt[], password: string): string[] {
    const [prompt] = prompts;
    if (prompts.length === 1 && prompt?.echo === false && !this.#answered) {
      this.#answered = true;
      if (!/pass/i.test(prompt.prompt)) this.#asked = inOneLine(prompt.prompt, 100);
      return [password];
    }
    this.#asked = inOneLine(prompts.map((one) => one.prompt).join(' '), 100) || 'an empty question';
    return prompts.map(() => '');
  }
}

/** Whether ssh2 can sign with the key. */
export function isUsableKey(privateKey: string): boolean {
  const parsed = ssh2.utils.parseKey(privateKey);
  return !(parsed instanceof Error) && parsed.isPrivateKey();
}
