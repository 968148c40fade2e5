import { z } from 'zod';
import type { Config } from '../config.ts';
import type { Api } from './api.ts';
import type { DemoMemory } from './demo-memory.ts';
import type { SshServer } from './named-server.ts';
import { StepList } from './step-list.ts';

export interface Demo {
  config: Config;
  memory: DemoMemory;
  server: SshServer | undefined;
  onOtherServer: boolean;
  dockerSocket: string;
  once: boolean;
}

export const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

/** What the API answers to a change. */
export const onlyId = z.object({ id: z.string() });
export const accepted = z.object({ id: z.string(), operationId: z.string() });

/** Shows the steps of an operation until it ends; throws when it fails. */
export async function follow(api: Api, operationId: string): Promise<void> {
  const list = new StepList(process.stdout);
  for await (const operation of api.operation(operationId)) {
    list.show(operation);
    if (operation.error) throw new Error([operation.error.message, operation.error.hint].filter(Boolean).join('\n'));
  }
}
