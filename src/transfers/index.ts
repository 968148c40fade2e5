export { continueUpload, getTransferContent, openDownload, receivePart } from './content.ts';
export { beginImport, exportInstance } from './export.ts';
export { transfersFeature } from './feature.ts';
export { beginImportInput, exportInput } from './fields.ts';
export { importTransfer } from './import.ts';
export { removeTransfer, startTransferSweeping } from './remove.ts';
export { getTransfer, listTransfers, type TransferFilter } from './rows.ts';
