import { mul, type Scalar } from '@tensorflow/tfjs-core';
import { type Schedule, toSchedule } from '../schedules/schedule.ts';
import type { Method } from './method.ts';
import { uniqueName } from './unique-name.ts';

/** `method` with its loss multiplied by `factor`. Its terms are reported as they are, without the factor. */
export function weight(factor: number | Schedule, method: Method): Method {
  const scalar = uniqueName('weight', Object.keys(method.scalars));
  return {
    ...method,
    config: { weighted: method.config },
    scalars: { ...method.scalars, [scalar]: toSchedule(factor, `The weight of '${method.name}'`) },
    loss(context) {
      const result = method.loss(context);
      return { ...result, total: mul(result.total, context.scalars[scalar]!) as Scalar };
    },
  };
}
