import { div, type Scalar } from '@tensorflow/tfjs-core';
import { crossEntropy, type Method } from '../index.ts';

/** A cross entropy that becomes infinite at each of the given steps. */
export function failingAt(...bad: readonly number[]): Method {
  const good = crossEntropy();
  return {
    ...good,
    name: 'fragile',
    scalars: { divisor: ({ step }) => (bad.includes(step) ? 0 : 1) },
    loss(context) {
      const { total, state } = good.loss(context);
      const broken = div(total, context.scalars.divisor!) as Scalar;
      return { total: broken, terms: { fragile: broken }, state };
    },
  };
}
