import type { Feature } from '../feature/feature.ts';
import { cloneInstanceJob } from './clone.job.ts';
import { cloneOverInstanceJob } from './clone-over.job.ts';
import * as definitions from './kinds.ts';

/** What an instance was copied from goes with its row. */
export const clonesFeature: Feature = {
  name: 'clones',
  kinds: { definitions, implementations: [cloneInstanceJob, cloneOverInstanceJob] },
};
