export { compareModule, type ModuleChange } from './compare.ts';
export { type Discovered, discoverAddons } from './discover.ts';
export type { ModuleAt } from './module-files.ts';
export type { AddonModule, AddonProblem } from './module.ts';
export { type OdooFinding, OdooFindings } from './findings.ts';
