import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { MixedTargets } from 'kd-core';
import type { ConfigValue } from '../../hash.ts';
import type { LogitTransform } from '../../logit-transforms/logit-transform.ts';
import { type Schedule, toSchedule } from '../../schedules/schedule.ts';
import { toTemperatureProvider } from '../../temperatures/fixed-temperature.ts';
import type { TemperatureSetting } from '../../temperatures/temperature-provider.ts';
import type { Method, MethodRequirements } from '../method.ts';
import { requireTeacher } from '../requirements.ts';

/** What every method takes that compares logits at a temperature. */
export interface LogitMethodOptions {
  /** A number above 0, a schedule, or a provider such as `curriculumTemperature()`. */
  readonly temperature?: TemperatureSetting;
  /** What is done to both logits before they are compared, such as `standardizeLogits()`. Default nothing. */
  readonly logitTransform?: LogitTransform;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

export interface LogitPair {
  /** [batch, classes]; gradients flow. */
  readonly studentLogits: Tensor2D;
  /** [batch, classes]. */
  readonly teacherLogits: Tensor2D;
}

/** What the loss of a logit method is computed from. */
export interface LogitLossInput extends LogitPair {
  /** int32 [batch]. */
  readonly labels: Tensor1D;
  /** As in `MethodContext`. */
  readonly mixed?: MixedTargets | undefined;
  /** A scalar, or [batch]. */
  readonly temperature: Tensor;
  /** This step's value of every scalar of the definition. */
  readonly scalars: Readonly<Record<string, Scalar>>;
  /** As the networks give them, where `studentLogits` and `teacherLogits` are transformed. */
  readonly plain: LogitPair;
  /** The same of another view of the batch. */
  view(name: string): LogitPair & { readonly plain: LogitPair };
}

export interface LogitMethodDefinition {
  readonly name: string;
  /** What the user gave. */
  readonly options: LogitMethodOptions;
  /** Where the user gives none. Default 4. */
  readonly defaultTemperature?: number;
  /** Settings that are no scalars. */
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** Numbers and schedules by name; the name `temperature` is taken. */
  readonly scalars?: Readonly<Record<string, number | Schedule>>;
  /** What the method reads beside the logits. */
  readonly requires?: Pick<MethodRequirements, 'smallestBatch' | 'singleLabels' | 'views'>;
  /** The loss: alone, or with the terms that it is made of. */
  loss(
    input: LogitLossInput,
  ): Scalar | { readonly total: Scalar; readonly terms: Readonly<Record<string, Scalar>> };
}

/**
 * A method of a loss on logits. It takes every temperature and every logit transform; variables, scalars and terms of a
 * temperature that is learned are the method's. Terms: `name`, or those that the loss gives.
 * Throws `INVALID_ARGUMENT` for scalars that are not finite, and for a temperature or a teacher that is none.
 */
export function logitMethod({
  name,
  options: { temperature: setting, logitTransform, teacher = 0 },
  defaultTemperature = 4,
  config = {},
  scalars = {},
  requires = {},
  loss,
}: LogitMethodDefinition): Method {
  const provider = toTemperatureProvider(setting ?? defaultTemperature);
  const transform = logitTransform?.apply ?? ((logits: Tensor2D) => logits);
  const own = Object.entries(scalars).map(([key, value]) => [key, toSchedule(value, key)] as const);
  const transformed = (plain: LogitPair): LogitPair & { readonly plain: LogitPair } => ({
    studentLogits: transform(plain.studentLogits),
    teacherLogits: transform(plain.teacherLogits),
    plain,
  });
  return {
    name,
    config: {
      name,
      teacher,
      ...config,
      ...(provider.config !== 'fixed' && { temperature: provider.config }),
      ...(logitTransform && { logitTransform: logitTransform.config }),
    },
    scalars: { ...provider.scalars, ...Object.fromEntries(own) },
    requires: {
      student: [],
      teachers: requireTeacher(teacher, { taps: [], sameClasses: true }),
      ...requires,
    },
    init: (key, shapes) => provider.init(key, shapes),
    macs: (shapes) => provider.macs?.(shapes) ?? 0,
    loss({ student, teachers, views, labels, mixed, scalars: values, variables }) {
      const logits = transformed({
        studentLogits: student.logits,
        teacherLogits: teachers[teacher]!.logits,
      });
      const at = provider.temperature({ ...logits, scalars: values, variables });
      const result = loss({
        ...logits,
        labels,
        mixed,
        temperature: at.temperature,
        scalars: values,
        view: (view) =>
          transformed({
            studentLogits: views[view]!.student.logits,
            teacherLogits: views[view]!.teachers[teacher]!.logits,
          }),
      });
      const { total, terms } = 'total' in result ? result : { total: result, terms: { [name]: result } };
      return { total, terms: { ...terms, ...at.terms }, state: at.state };
    },
  };
}
