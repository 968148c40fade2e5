export { checkIncoming, createIncoming, type Dump, loadDump, signIn } from './databases.ts';
export { prepareFilestore } from './filestores.ts';
export { filestoresPath, replacementNames } from './names.ts';
export { keepReplaced, type Parts, putBack, replaceData, startReplaced } from './replace-data.ts';
