import type { MethodCatalog } from './method-entry.ts';

export type RelationMethodOptions = {};

/** How samples, or channels, relate to each other. */
export const relationMethods: MethodCatalog<RelationMethodOptions> = {};
