import type { MethodCatalog } from './method-entry.ts';

export type RepresentationMethodOptions = {};

/** The representation before the classifier: by contrast, or by the classifier of the teacher. */
export const representationMethods: MethodCatalog<RepresentationMethodOptions> = {};
