export { nodeStorage } from 'kd-core/node';
