export { compareModule, type ModuleAt, type ModuleChange } from './compare.ts';
export { type Discovered, discoverAddons } from './discover.ts';
export type { AddonModule, AddonProblem } from './module.ts';
