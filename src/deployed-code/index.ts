export { addonsFor, addonsVolume, closeVolume, fillVolume } from './addons-volume.ts';
export { bringCode, type Code } from './bring.ts';
export { carryCode, codeOf, removeOtherCode, returnCode } from './carry.ts';
export { deployedCodeFeature } from './feature.ts';
export { fetchCommit, fetchCommits, type Fetched } from './commits.ts';
export { buildImage, endBuild } from './image.ts';
export { type Addons, contentsOf, findAddons, type Found } from './modules.ts';
export { packagesOf } from './packages.ts';
export { type Content, contentsShape, type Source, sourcesShape } from './shapes.ts';
