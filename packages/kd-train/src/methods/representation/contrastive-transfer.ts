import { add, div, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import {
  type HostTensor,
  type ModelVariables,
  requireArgument,
  type SampleTable,
  splitKey,
  type Tree,
} from 'kd-core';
import type { ConfigValue } from '../../hash.ts';
import type { Method } from '../method.ts';
import { mergeRequirements, requireTeacher } from '../requirements.ts';
import { type ContrastiveTermSettings, contrastiveTerm, sampleTable } from './contrastive-term.ts';
import { type NegativeSampler, type NegativeSamplerOptions, negativeSampler } from './negative-sampler.ts';

export interface ContrastiveOptions {
  /** A vector. Default `pooled`. */
  readonly studentTap?: string;
  /** A vector. Default `pooled`. */
  readonly teacherTap?: string;
  /** Length of the vectors that are compared. Default 128. */
  readonly dimension?: number;
  /**
   * Negatives of each sample. Default 16384, or as many as the sample with the fewest has, where that is fewer. Of a number
   * that is given, a sample that has fewer gets some twice.
   */
  readonly negativeCount?: number;
  /** At least 0.02. Default 0.07. */
  readonly temperature?: number;
  /** What remains of a remembered vector when its sample is seen again, in [0, 1). Default 0.5. */
  readonly momentum?: number;
  /**
   * `reference` (default) is the released code, which divides scores by a constant found with the first batch; `paper` is
   * equation 19, without it.
   */
  readonly variant?: 'reference' | 'paper';
}

export interface ContrastiveTransferSettings {
  readonly name: string;
  readonly teachers: readonly number[];
  readonly reduce: 'sum' | 'mean';
  readonly sampling: Omit<NegativeSamplerOptions, 'count'>;
  readonly options: ContrastiveOptions;
  /** Whether the teachers are shown another view of each sample than the student. */
  readonly otherView?: boolean;
}

/** Contrast with one teacher or several: for each two heads and a memory of its own, the same negatives for all. */
export function contrastiveTransfer({
  name,
  teachers,
  reduce,
  sampling,
  options,
  otherView = false,
}: ContrastiveTransferSettings): Method {
  const { negativeCount } = options;
  const settings = termSettings(options);
  requireArgument(
    negativeCount === undefined || (Number.isInteger(negativeCount) && negativeCount > 0),
    () => `negativeCount must be a positive integer, got ${negativeCount}.`,
  );
  requireArgument(
    sampling.positives === 'exact' || sampling.negatives === 'otherClasses',
    () => `positives 'relax' are of the sample's class and need negatives 'otherClasses'.`,
  );
  const terms = teachers.map((teacher) => ({
    key: `teacher${teacher}`,
    ...contrastiveTerm(teacher, settings),
  }));
  const samplers = new WeakMap<SampleTable, NegativeSampler>();
  const samplerOf = (table: SampleTable): NegativeSampler => {
    const sampler = samplers.get(table) ?? negativeSampler(table, { ...sampling, count: negativeCount });
    samplers.set(table, sampler);
    return sampler;
  };

  return {
    name,
    config: configOf({ name, teachers, reduce, sampling, negativeCount, settings }),
    scalars: {},
    requires: mergeRequirements(
      teachers.map((teacher) => ({
        student: [settings.studentTap],
        teachers: requireTeacher(teacher, { taps: [settings.teacherTap], sameClasses: false, otherView }),
        samples: true,
      })),
    ),
    init(key, shapes): ModelVariables<HostTensor> {
      samplerOf(sampleTable(shapes));
      const keys = splitKey(key, terms.length);
      const variables = terms.map((term, index) => term.init(keys[index]!, shapes));
      const collect = (part: 'params' | 'state'): Tree<HostTensor> =>
        Object.fromEntries(terms.map((term, index) => [term.key, variables[index]![part]]));
      return { params: collect('params'), state: collect('state') };
    },
    macs: (shapes) => terms.reduce((total, term) => total + term.macs(shapes), 0),
    draw: ({ key, batch, shapes }) => ({ ...samplerOf(sampleTable(shapes)).draw(key, batch.indices.data) }),
    loss(context) {
      const params = context.variables.params as Readonly<Record<string, Tree<Tensor>>>;
      const before = context.variables.state as Readonly<Record<string, Tree<Tensor>>>;
      const losses: Record<string, Scalar> = {};
      const state: Record<string, Tree<Tensor>> = {};
      for (const { key, loss } of terms) {
        const result = loss({ ...context, variables: { params: params[key]!, state: before[key]! } });
        losses[key] = result.loss;
        state[key] = result.state;
      }
      const sum = Object.values(losses).reduce((total, loss) => add(total, loss));
      const total = reduce === 'mean' ? (div(sum, terms.length) as Scalar) : sum;
      return { total, terms: terms.length === 1 ? { [name]: total } : losses, state };
    },
  };
}

function termSettings({
  studentTap = 'pooled',
  teacherTap = 'pooled',
  dimension = 128,
  temperature = 0.07,
  momentum = 0.5,
  variant = 'reference',
}: ContrastiveOptions): ContrastiveTermSettings {
  requireArgument(
    Number.isInteger(dimension) && dimension > 0,
    () => `dimension must be a positive integer, got ${dimension}.`,
  );
  requireArgument(
    Number.isFinite(temperature) && temperature >= 0.02,
    () => `temperature must be a finite number of at least 0.02, got ${temperature}.`,
  );
  requireArgument(
    momentum >= 0 && momentum < 1,
    () => `momentum must be at least 0 and below 1, got ${momentum}.`,
  );
  return { studentTap, teacherTap, dimension, temperature, momentum, variant };
}

function configOf({
  name,
  teachers,
  reduce,
  sampling,
  negativeCount,
  settings,
}: Pick<ContrastiveTransferSettings, 'name' | 'teachers' | 'reduce' | 'sampling'> & {
  readonly negativeCount: number | undefined;
  readonly settings: ContrastiveTermSettings;
}): ConfigValue {
  return {
    name,
    teachers,
    reduce,
    ...sampling,
    ...settings,
    ...(negativeCount !== undefined && { negativeCount }),
  };
}
