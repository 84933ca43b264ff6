import { HostTensor, type HostTree } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { buildOptimizer } from './build-optimizer.ts';
import type { OptimizerConfig } from './optimizer-config.ts';
import { optimizerSchema } from './optimizer-schema.ts';

const vector = new HostTensor(new Float32Array(2), [2]);
const matrix = new HostTensor(new Float32Array(4), [2, 2]);
const params: HostTree = {
  method: { kernel: matrix, bias: vector },
  student: { kernel: matrix, bias: vector },
};

const configs: readonly OptimizerConfig[] = [
  { name: 'sgd', momentum: 0.9, dampening: 0.1, weightDecay: 0.3, decay: 'decoupled' },
  { name: 'adam', beta1: 0.8, beta2: 0.9, epsilon: 1e-6, amsgrad: true, weightDecay: 0.3 },
  { name: 'adamW', beta1: 0.8, beta2: 0.9, epsilon: 1e-6, amsgrad: true, weightDecay: 0.3 },
  { name: 'lars', momentum: 0.8, nesterov: true, trustCoefficient: 0.1, epsilon: 0, weightDecay: 0.3 },
  { name: 'lion', beta1: 0.8, beta2: 0.9, weightDecay: 0.3 },
];

describe('buildOptimizer', () => {
  it.each(configs.map((config) => [config.name, config] as const))(
    'hands all settings to %s',
    (_, config) => {
      expect(optimizerSchema.parse(config)).toEqual(config);
      expect(buildOptimizer(config).describe(params)).toMatchObject({ ...config, exceptions: {} });
    },
  );

  it.each(configs.map((config) => [config.name, config] as const))(
    'treats norms, biases and parts of methods as %s is told to',
    (_, config) => {
      const grouped: OptimizerConfig = {
        ...config,
        noDecayOn: 'normsAndBiases',
        methodLearningRateFactor: 0.1,
      };
      expect(optimizerSchema.parse(grouped)).toEqual(grouped);
      expect(buildOptimizer(grouped).describe(params)).toMatchObject({
        exceptions: {
          'method/bias': { learningRateFactor: 0.1, weightDecay: 0 },
          'method/kernel': { learningRateFactor: 0.1 },
          'student/bias': { weightDecay: 0 },
        },
      });
    },
  );

  it('leaves norms and biases unscaled by LARS, with their decay', () => {
    const config: OptimizerConfig = { name: 'lars', weightDecay: 0.3, noScalingOn: 'normsAndBiases' };
    expect(optimizerSchema.parse(config)).toEqual(config);
    expect(buildOptimizer(config).describe(params)).toMatchObject({
      exceptions: { 'method/bias': { adaptive: false }, 'student/bias': { adaptive: false } },
    });
  });

  it('is SGD with the usual settings by default', () => {
    expect(buildOptimizer().describe(params)).toMatchObject({
      name: 'sgd',
      momentum: 0.9,
      nesterov: true,
      weightDecay: 5e-4,
    });
  });
});
