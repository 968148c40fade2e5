import { liveTopics } from '../events/live-resource.ts';
import type { LiveResource } from '../events/live-resource.ts';

export const deploymentResource: LiveResource = { type: 'deployment', topics: liveTopics('deployment') };
