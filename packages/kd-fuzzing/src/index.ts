export { collectGarbage, memoryInUse } from './memory.ts';
export { generator, type Random } from './random.ts';
