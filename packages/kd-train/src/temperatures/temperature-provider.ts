import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { HostTensor, ModelVariables, PrngKey, Tree } from 'kd-core';
import type { ConfigValue } from '../hash.ts';
import type { MethodShapes } from '../methods/method.ts';
import type { Schedule } from '../schedules/schedule.ts';

/** What a temperature may depend on in one step. */
export interface TemperatureContext {
  /** [batch, classes], as the loss will see them: after the logit transform, before the temperature. */
  readonly studentLogits: Tensor2D;
  /** [batch, classes], like the student's. */
  readonly teacherLogits: Tensor2D;
  /** This step's value of every scalar that the provider declares. */
  readonly scalars: Readonly<Record<string, Scalar>>;
  /** The provider's own: `params` are trained together with the student. */
  readonly variables: ModelVariables<Tensor>;
}

export interface TemperatureResult {
  /** Above 0: a scalar, or [batch], one for each sample. The gradient of the loss flows into it. */
  readonly temperature: Tensor;
  /** For the record. */
  readonly terms: Readonly<Record<string, Scalar>>;
  /** `context.variables.state` after this step. */
  readonly state: Tree<Tensor>;
}

/**
 * Where a logit method takes its temperature from: a plug-in, so that every temperature works with every method. Scalars,
 * variables and terms become those of the method.
 */
export interface TemperatureProvider {
  readonly name: string;
  /** The settings as data; compared when a run is resumed. Schedules are compared by their values. */
  readonly config: ConfigValue;
  readonly scalars: Readonly<Record<string, Schedule>>;
  init(key: PrngKey, shapes: MethodShapes): ModelVariables<HostTensor>;
  /** Multiply-accumulates in the forward pass of one batch. Default 0. */
  macs?(shapes: MethodShapes): number;
  /** Pure, made of tfjs-core ops. */
  temperature(context: TemperatureContext): TemperatureResult;
}

/** A number above 0, a schedule of such numbers, or a provider. */
export type TemperatureSetting = number | Schedule | TemperatureProvider;
