export { nodeStorage } from 'kd-core/node';
export { logFile, logFolder } from './logging/node-log-file.ts';
