import type { App } from '../app.ts';

/** Where the host of a repository sends pushes to: below the address that the operator gave this installation. */
export const webhookUrlOf = ({ config }: Pick<App, 'config'>, id: string): string =>
  `${config.APP_URL.replace(/\/$/, '')}/api/webhooks/git/${id}`;
