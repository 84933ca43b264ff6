import type { MethodCatalog } from './method-entry.ts';

export type SelfDistillationMethodOptions = {};

/** Students that teach themselves. */
export const selfDistillationMethods: MethodCatalog<SelfDistillationMethodOptions> = {};
