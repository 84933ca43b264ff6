import { classification } from './classification.ts';
import { learningRateSchedule } from './learning-rate-schedule.ts';
import type { MetricAdapter } from './metric-adapter.ts';

/** By the name of the fixture file. */
export const metricAdapters: Readonly<Record<string, MetricAdapter>> = {
  classification,
  lr_schedule: learningRateSchedule,
};
