import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { PrismaClient } from '../database/database.ts';
import type { EventHub } from '../events/hub.ts';
import { readSettings, type Settings } from './settings.ts';

interface Source {
  config: Config;
  prisma: PrismaClient;
}

/** The settings of the installation as this process knows them: read again when any process has changed them. */
export class LiveSettings {
  readonly #source: Source;
  readonly #listeners: ((settings: Settings) => void)[] = [];
  #current: Settings;

  private constructor(source: Source, current: Settings) {
    this.#source = source;
    this.#current = current;
  }

  static async load(source: Source): Promise<LiveSettings> {
    return new LiveSettings(source, await readSettings(source.prisma, source));
  }

  get current(): Settings {
    return this.#current;
  }

  /** Calls the listener with the settings of now, and with those of every change. */
  follow(listener: (settings: Settings) => void): void {
    this.#listeners.push(listener);
    listener(this.#current);
  }

  async reload(): Promise<void> {
    this.#current = await readSettings(this.#source.prisma, this.#source);
    for (const listener of this.#listeners) listener(this.#current);
  }

  /** Returns the way to stop. */
  watch(events: EventHub, log: Logger): () => void {
    return events.on('settings', () => {
      // After a lost connection the hub wakes everybody once more.
      this.reload().catch((error: unknown) => log.warn({ err: error }, 'The settings could not be read again'));
    });
  }
}
