import { adamW, type Optimizer, sgd } from 'kd-train';
import type { OptimizerConfig } from './optimizer-config.ts';

const defaultOptimizer: OptimizerConfig = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 };

export function buildOptimizer(config: OptimizerConfig = defaultOptimizer): Optimizer {
  return config.name === 'sgd' ? sgd(config) : adamW(config);
}
