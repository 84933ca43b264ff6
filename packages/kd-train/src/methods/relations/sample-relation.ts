import type { Scalar } from '@tensorflow/tfjs-core';
import type { SamplePairs } from 'kd-core';
import type { ConfigValue } from '../../hash.ts';
import { type Method, noVariables } from '../method.ts';
import { requireTeacher } from '../requirements.ts';

/** Which features are compared. */
export interface FeaturePair {
  readonly studentTap: string;
  readonly teacherTap: string;
  /** Index of the teacher. */
  readonly teacher: number;
}

export interface SampleRelationOptions extends FeaturePair {
  readonly name: string;
  readonly settings: Readonly<Record<string, ConfigValue>>;
  /** Multiply-accumulates for a batch, from the scalars in one sample of each feature. */
  macs(batch: number, studentSize: number, teacherSize: number): number;
  loss(features: SamplePairs): { readonly total: Scalar; readonly terms: Readonly<Record<string, Scalar>> };
}

/** A method without variables of its own that compares how the samples of a batch relate to each other. */
export function sampleRelation(options: SampleRelationOptions): Method {
  const { name, settings, studentTap, teacherTap, teacher } = options;
  return {
    name,
    config: { name, ...settings, studentTap, teacherTap, teacher },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }),
      smallestBatch: 2,
    },
    init: () => noVariables,
    macs: ({ student, teachers, batchSize = 1 }) =>
      options.macs(
        batchSize,
        scalarsIn(student.taps[studentTap]!),
        scalarsIn(teachers[teacher]!.taps[teacherTap]!),
      ),
    loss({ student, teachers, variables }) {
      const result = options.loss({
        studentFeature: student.taps[studentTap]!,
        teacherFeature: teachers[teacher]!.taps[teacherTap]!,
      });
      return { ...result, state: variables.state };
    },
  };
}

/** Of a [batch, batch] matrix of inner products for each network. */
export function gramMacs(batch: number, studentSize: number, teacherSize: number): number {
  return batch * batch * (studentSize + teacherSize);
}

function scalarsIn(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
