import type {
  DeadUnitsEvent,
  EpochEvent,
  EvaluationEvent,
  GradientNormEvent,
  StepEvent,
} from '../training/training-event.ts';
import { flattenNumbers } from './flatten-numbers.ts';

/** Measures by the paths that tables and dashboards show: `loss`, `terms/hinton`, `scalars/temperature`. */
export type Measures = readonly (readonly [path: string, value: number])[];

/** `accuracy` is the fraction of the batch that was right. */
export function stepMeasures({ step, epoch, samples, correct, ...measured }: StepEvent): Measures {
  return [...flattenNumbers(measured), ['accuracy', correct / samples]];
}

/** Of the training batches; `validation` is an event of its own. */
export function epochMeasures({ epoch, validation, ...measured }: EpochEvent): Measures {
  return flattenNumbers(measured);
}

export function validationMeasures(metrics: EvaluationEvent['metrics']): Measures {
  const { count, ...measured } = metrics;
  return flattenNumbers(measured);
}

export function gradientNormMeasures({ step, epoch, ...measured }: GradientNormEvent): Measures {
  return flattenNumbers(measured);
}

/** The share of the units of each tap that are dead. */
export function deadUnitsMeasures({ taps }: DeadUnitsEvent): Measures {
  return Object.entries(taps).map(([tap, { units, dead }]) => [tap, dead / units] as const);
}
