import type { MethodCatalog } from './method-entry.ts';

export type AttentionMethodOptions = {};

/** Features whose pairing across layers is learned. */
export const attentionMethods: MethodCatalog<AttentionMethodOptions> = {};
