import type { Feature } from '../feature/feature.ts';
import { exportJob } from './export.job.ts';
import { importJob } from './import.job.ts';
import * as definitions from './kinds.ts';
import { receiveJob } from './receive.job.ts';
import { removeTransferJob } from './remove.job.ts';
import { getTransfer } from './rows.ts';

export const transfersFeature: Feature = {
  name: 'transfers',
  kinds: { definitions, implementations: [exportJob, receiveJob, removeTransferJob, importJob] },
  nodes: { organization: { Transfer: { table: 'transfers', permission: 'view:databases', get: getTransfer } } },
  history: ['transfers'],
};
