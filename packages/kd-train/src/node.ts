export { nodeStorage } from './checkpoint/node-storage.ts';
