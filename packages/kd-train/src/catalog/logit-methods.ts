import type { MethodCatalog } from './method-entry.ts';

export type LogitMethodOptions = {};

/** What the teacher answers. */
export const logitMethods: MethodCatalog<LogitMethodOptions> = {};
