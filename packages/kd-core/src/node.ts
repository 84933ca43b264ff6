export { makeFolder } from './storage/make-folder.ts';
export { nodeStorage } from './storage/node-storage.ts';
