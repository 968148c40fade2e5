export { requireConfirmed } from './confirm.ts';
export { checkIncoming, createIncoming, type Dump, loadDump, signIn } from './databases.ts';
export { prepareFilestore } from './filestores.ts';
export { filestoresPath, replacementNames } from './names.ts';
export { keepReplaced, type Parts, putBack, replaceData, type Rest } from './replace-data.ts';
export { type Restored, settleReplaced } from './settle.ts';
