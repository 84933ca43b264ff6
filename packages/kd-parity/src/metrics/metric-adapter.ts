import type { Tree } from 'kd-core';
import type { Fields } from '../fixtures/fields.ts';

/** Computes the fields of `expected`, in the same structure. Fields that it leaves out are noted as not offered. */
export type MetricAdapter = (metricCase: Fields) => Readonly<Record<string, Tree<number>>>;
