import type { Feature } from '../feature/feature.ts';

export const systemBackupsFeature: Feature = { name: 'system-backups' };
