import { add, concat, mean, mul, reshape, type Scalar, sigmoid, type Tensor } from '@tensorflow/tfjs-core';
import {
  detach,
  HostTensor,
  type ModelVariables,
  type NetworkPart,
  networkPart,
  type PrngKey,
  requireArgument,
  reverseGradient,
  treeMap,
} from 'kd-core';
import { type Schedule, toSchedule } from '../schedules/schedule.ts';
import { type CosineReversalOptions, cosineReversal } from './cosine-reversal.ts';
import type { TemperatureProvider } from './temperature-provider.ts';

const KINDS = ['global', 'instance'] as const;
const OUTPUT_BIAS = 'output/bias';

export interface CurriculumTemperatureOptions extends Partial<CosineReversalOptions> {
  /** One temperature for all samples, or one for each, from the logits of both networks. Default `global`. */
  readonly kind?: 'global' | 'instance';
  /** The temperature stays above it. At least 0. Default 1. */
  readonly lowest?: number;
  /** The temperature stays below `lowest + range`. Above 0. Default 20. */
  readonly range?: number;
  /**
   * Between the bounds; of `instance`, where the network that gives it has no say yet. Default `lowest + range *
   * sigmoid(1)`, which is 15.62, for `global` and 4 for `instance`.
   */
  readonly initialTemperature?: number;
  /** Units of the hidden layer of `instance`. Default 128. */
  readonly hiddenUnits?: number;
  /** How strongly the gradient is reversed, in [0, 1]; default the cosine curriculum. 0 leaves the temperature as it is. */
  readonly reversal?: number | Schedule;
}

/**
 * Curriculum temperature (CTKD): a temperature `lowest + range * sigmoid(theta)` that is trained against the student. The
 * student minimises the loss, theta, through a reversed gradient, maximises it, at first faintly and with full strength after
 * `epochs`: from easy to hard. Terms: `temperature` (the mean of the batch) and `reversal`.
 *
 * `global`: theta is a parameter of its own, `theta` [1]. `instance`: theta is given for each sample by a network of two linear
 * layers with a ReLU between, of both logits, which are detached.
 * Theta is among the method's parameters, and so in the optimiser of the student, its weight decay included, as in the
 * released code.
 * Li et al., AAAI 2023, arXiv:2211.16231.
 */
export function curriculumTemperature({
  kind = 'global',
  lowest = 1,
  range = 20,
  initialTemperature = kind === 'global' ? lowest + range / (1 + Math.exp(-1)) : 4,
  hiddenUnits = 128,
  epochs = 10,
  initialReversal = 0,
  finalReversal = 1,
  reversal = cosineReversal({ epochs, initialReversal, finalReversal }),
}: CurriculumTemperatureOptions = {}): TemperatureProvider {
  requireArgument(KINDS.includes(kind), () => `kind must be one of ${KINDS.join(', ')}, got ${kind}.`);
  requireArgument(Number.isFinite(lowest) && lowest >= 0, () => `lowest must be at least 0, got ${lowest}.`);
  requireArgument(Number.isFinite(range) && range > 0, () => `range must be above 0, got ${range}.`);
  requireArgument(
    Number.isInteger(hiddenUnits) && hiddenUnits > 0,
    () => `hiddenUnits must be a positive integer, got ${hiddenUnits}.`,
  );
  requireArgument(
    initialTemperature > lowest && initialTemperature < lowest + range,
    () =>
      `initialTemperature must be between ${lowest} and ${lowest + range}, the bounds that lowest and range give, got ${initialTemperature}.`,
  );
  const share = (initialTemperature - lowest) / range;
  const initialTheta = Math.log(share / (1 - share));
  const source = kind === 'global' ? globalTheta(initialTheta) : instanceTheta(initialTheta, hiddenUnits);
  return {
    name: 'curriculum',
    config: {
      name: 'curriculum',
      kind,
      lowest,
      range,
      initialTemperature,
      ...(kind === 'instance' && { hiddenUnits }),
    },
    scalars: { reversal: toSchedule(reversal, 'reversal') },
    init: (key, { student }) => source.init(key, student.classes),
    macs: ({ student, batchSize = 1 }) => batchSize * source.macs(student.classes),
    temperature({ studentLogits, teacherLogits, scalars, variables }) {
      const theta = source.theta(variables, concat([detach(teacherLogits), detach(studentLogits)], 1));
      const strength = scalars.reversal!;
      const temperature = curriculumTemperatureOf({ theta, strength, lowest, range });
      return {
        temperature,
        terms: { temperature: mean<Scalar>(detach(temperature)), reversal: strength },
        state: variables.state,
      };
    },
  };
}

/** `lowest + range * sigmoid(theta)`, where the gradient of `theta` is reversed with `strength`. */
export function curriculumTemperatureOf({
  theta,
  strength,
  lowest,
  range,
}: {
  readonly theta: Tensor;
  readonly strength: Scalar;
  readonly lowest: number;
  readonly range: number;
}): Tensor {
  return add(lowest, mul(range, sigmoid(reverseGradient(theta, strength))));
}

interface ThetaSource {
  init: (key: PrngKey, classes: number) => ModelVariables<HostTensor>;
  macs: (classes: number) => number;
  /** `logits` [batch, 2 * classes], both networks'. */
  theta: (variables: ModelVariables<Tensor>, logits: Tensor) => Tensor;
}

function globalTheta(initial: number): ThetaSource {
  return {
    init: () => ({ params: { theta: new HostTensor(Float32Array.of(initial), [1]) }, state: {} }),
    macs: () => 0,
    theta: ({ params }) => reshape((params as { readonly theta: Tensor }).theta, []),
  };
}

function instanceTheta(initial: number, hiddenUnits: number): ThetaSource {
  const network = (inputs: number): NetworkPart =>
    networkPart({
      name: 'the network of instance temperatures',
      inputShape: [inputs],
      network(layers, logits) {
        const hidden = layers.relu(layers.dense('hidden', logits, hiddenUnits));
        return layers.dense('output', hidden, 1);
      },
    });
  return {
    init: (key, classes) => {
      const { params, state } = network(2 * classes).init(key);
      const bias = new HostTensor(Float32Array.of(initial), [1]);
      return { params: treeMap(params, (leaf, path) => (path === OUTPUT_BIAS ? bias : leaf)), state };
    },
    macs: (classes) => network(2 * classes).description.macs,
    theta: (variables, logits) =>
      reshape(network(logits.shape[1]!).apply(variables, logits, { train: true }).output, [-1]),
  };
}
