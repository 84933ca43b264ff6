import {
  adam,
  adamW,
  lars,
  lion,
  methodParts,
  normsAndBiases,
  type Optimizer,
  type ParameterGroup,
  sgd,
} from 'kd-train';
import type { OptimizerConfig } from './optimizer-config.ts';

export const defaultOptimizer: OptimizerConfig = {
  name: 'sgd',
  momentum: 0.9,
  nesterov: true,
  weightDecay: 5e-4,
};

export function buildOptimizer(config: OptimizerConfig = defaultOptimizer): Optimizer {
  const { noDecayOn, methodLearningRateFactor, ...rest } = config;
  const groups: ParameterGroup[] = [
    ...(noDecayOn === undefined ? [] : [{ match: normsAndBiases, weightDecay: 0 }]),
    ...(methodLearningRateFactor === undefined
      ? []
      : [{ match: methodParts, learningRateFactor: methodLearningRateFactor }]),
  ];
  switch (rest.name) {
    case 'sgd':
      return sgd({ ...rest, groups });
    case 'adam':
      return adam({ ...rest, groups });
    case 'adamW':
      return adamW({ ...rest, groups });
    case 'lion':
      return lion({ ...rest, groups });
    case 'lars': {
      const { noScalingOn, ...options } = rest;
      const unscaled = noScalingOn === undefined ? [] : [{ match: normsAndBiases, adaptive: false }];
      return lars({ ...options, groups: [...groups, ...unscaled] });
    }
  }
}
