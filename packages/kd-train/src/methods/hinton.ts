import { hintonLoss, requireArgument } from 'kd-core';
import { type Schedule, toSchedule } from '../schedules/schedule.ts';
import { type Method, noVariables } from './method.ts';
import { requireTeacher } from './requirements.ts';

export interface HintonOptions {
  /** Above 0. Default 4, as in the CIFAR-100 benchmarks. A schedule does not recompile. */
  readonly temperature?: number | Schedule;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * `T^2 * KL(teacher || student)` of the logits softened by the temperature `T`, summed over classes and averaged
 * over the batch; no gradient to the teacher. Usually beside the labels:
 * `sum([weight(0.1, crossEntropy()), weight(0.9, hinton({ temperature: 4 }))])`.
 * Hinton, Vinyals and Dean, 2015, arXiv:1503.02531, section 2.
 */
export function hinton({ temperature = 4, teacher = 0 }: HintonOptions = {}): Method {
  const requirePositive = (value: number): void =>
    requireArgument(value > 0, () => `temperature must be above 0, got ${value}.`);
  if (typeof temperature === 'number') requirePositive(temperature);
  const schedule = toSchedule(temperature, 'temperature');
  const positive: Schedule = (at) => {
    const value = schedule(at);
    requirePositive(value);
    return value;
  };
  return {
    name: 'hinton',
    config: { name: 'hinton', teacher },
    scalars: { temperature: positive },
    requires: { student: [], teachers: requireTeacher(teacher, { taps: [], sameClasses: true }) },
    init: () => noVariables,
    loss({ student, teachers, scalars, variables }) {
      const total = hintonLoss({
        teacherLogits: teachers[teacher]!.logits,
        studentLogits: student.logits,
        temperature: scalars.temperature!,
      });
      return { total, terms: { hinton: total }, state: variables.state };
    },
  };
}
