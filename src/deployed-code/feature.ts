import type { Feature } from '../feature/feature.ts';

/** Commits as code that an instance runs: what deployments, copies and restores have in common. */
export const deployedCodeFeature: Feature = { name: 'deployed-code' };
