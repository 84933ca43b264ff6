import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  factorTransferLoss,
  type HostTensor,
  hintLoss,
  type ModelVariables,
  requireArgument,
  splitKey,
  type Tree,
} from 'kd-core';
import type { Method, MethodShapes } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { type MapPairShapes, mapPairShapes, unpoolable } from './map-pairs.ts';
import { factorEncoder, type ParaphraserOptions, paraphraser } from './paraphraser.ts';
import { translator } from './translator.ts';

export interface FactorTransferOptions {
  /** A map of the student, usually the last. */
  readonly studentTap: string;
  /** A map of the teacher, usually the last. */
  readonly teacherTap: string;
  /** Channels of the factors, as a share of the teacher's, above 0. Default 0.5. */
  readonly factorShare?: number;
  /** `paper` (default) compares whole factors, `reference` the maps of their energy, as the CRD benchmark. */
  readonly variant?: 'paper' | 'reference';
  /** Of the differences, at least 1. Default 1. */
  readonly power?: number;
  /** Epochs in which the paraphraser learns to reconstruct the teacher's map, at least 1. Default 30. */
  readonly warmUpEpochs?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

interface FactorVariables<Leaf> {
  readonly params: { readonly translator: Tree<Leaf> };
  /** The paraphraser is not trained any more: its parameters are state. */
  readonly state: { readonly translator: Tree<Leaf>; readonly paraphraser: Tree<Leaf> };
}

/**
 * Factor transfer: an autoencoder, the paraphraser, first learns the factors of the teacher's map, without the student; then a
 * trained translator makes factors of the student's map, which match those of the frozen paraphraser. No gradient to the
 * teacher. The usual weight is 200. Kim, Park and Kwak, 2018, arXiv:1802.04977, equations 1 to 3.
 * Where no warm-up has gone before, as when parameters are counted, the paraphraser is as it starts. Throws
 * `INVALID_ARGUMENT` for settings out of range and, from `init`, `SHAPE_MISMATCH` for taps that cannot be paired.
 */
export function factorTransfer({
  studentTap,
  teacherTap,
  factorShare = 0.5,
  variant = 'paper',
  power = 1,
  warmUpEpochs = 30,
  teacher = 0,
}: FactorTransferOptions): Method {
  const name = 'factorTransfer';
  requireArgument(
    Number.isFinite(factorShare) && factorShare > 0,
    () => `factorShare must be a finite number above 0, got ${factorShare}.`,
  );
  requireArgument(
    Number.isFinite(power) && power >= 1,
    () => `power must be a finite number of at least 1, got ${power}.`,
  );
  requireArgument(
    Number.isInteger(warmUpEpochs) && warmUpEpochs >= 1,
    () =>
      `warmUpEpochs must be a whole number of at least 1, got ${warmUpEpochs}: the paraphraser must be trained first.`,
  );
  const pairs = [{ student: studentTap, teacher: teacherTap }];
  const factorsOf = (channels: number): number => Math.max(1, Math.floor(channels * factorShare));
  const shapesOf = (shapes: MethodShapes): MapPairShapes =>
    mapPairShapes(name, pairs, shapes, teacher, unpoolable)[0]!;
  const teacherSide = ({ teacher: inputShape }: Pick<MapPairShapes, 'teacher'>): ParaphraserOptions => ({
    inputShape,
    factorChannels: factorsOf(inputShape[2]),
  });
  const reconstruction = paraphrasing(teacherTap, teacher, factorsOf);
  return {
    name,
    config: { name, studentTap, teacherTap, factorShare, variant, power, warmUpEpochs, teacher },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }),
    },
    // The student has no part in it, and starts afresh.
    warmUp: { method: reconstruction, epochs: warmUpEpochs, keepsStudent: false },
    init(key, shapes, warmedUp) {
      const maps = shapesOf(shapes);
      const [translatorKey, paraphraserKey] = splitKey(key);
      const options = { inputShape: maps.student, factorChannels: factorsOf(maps.teacher[2]) };
      const translating = translator(options).init(translatorKey!);
      const { params } = warmedUp ?? reconstruction.init(paraphraserKey!, shapes);
      return {
        params: { translator: translating.params },
        state: {
          translator: translating.state,
          paraphraser: (params as { readonly encoder: Tree<HostTensor> }).encoder,
        },
      };
    },
    macs(shapes) {
      const maps = shapesOf(shapes);
      const encoding = factorEncoder(teacherSide(maps)).description.macs;
      const translating = translator({
        inputShape: maps.student,
        factorChannels: factorsOf(maps.teacher[2]),
      });
      return (shapes.batchSize ?? 1) * (encoding + translating.description.macs);
    },
    loss({ student, teachers, variables }) {
      const feature = student.taps[studentTap] as Tensor4D;
      const target = teachers[teacher]!.taps[teacherTap] as Tensor4D;
      const { params, state } = variables as unknown as FactorVariables<Tensor>;
      const factorChannels = factorsOf(target.shape[3]);
      const theirs = factorEncoder({ inputShape: target.shape.slice(1), factorChannels });
      const teacherFactor = theirs.apply({ params: state.paraphraser, state: {} }, target, {
        train: false,
      }).output;
      const ours = translator({ inputShape: feature.shape.slice(1), factorChannels });
      const translated = ours.apply({ params: params.translator, state: state.translator }, feature, {
        train: true,
      });
      const total = factorTransferLoss({ studentFactor: translated.output, teacherFactor, variant, power });
      return {
        total,
        terms: { [name]: total },
        state: { translator: translated.state, paraphraser: state.paraphraser },
      };
    },
  };
}

/** The first stage: the paraphraser learns to reconstruct the teacher's map. */
function paraphrasing(teacherTap: string, teacher: number, factorsOf: (channels: number) => number): Method {
  const name = 'paraphraser';
  const partFor = (inputShape: readonly number[]) =>
    paraphraser({ inputShape, factorChannels: factorsOf(inputShape[2]!) });
  return {
    name,
    config: { name, teacherTap, teacher },
    scalars: {},
    requires: { student: [], teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }) },
    init: (key, shapes): ModelVariables<HostTensor> =>
      partFor(shapes.teachers[teacher]!.taps[teacherTap]!).init(key),
    macs: ({ teachers, batchSize = 1 }) =>
      batchSize * partFor(teachers[teacher]!.taps[teacherTap]!).description.macs,
    loss({ teachers, variables }) {
      const feature = teachers[teacher]!.taps[teacherTap] as Tensor4D;
      const { output, state } = partFor(feature.shape.slice(1)).apply(variables, feature, { train: true });
      const total = hintLoss({ studentFeature: output, teacherFeature: feature });
      return { total, terms: { [name]: total }, state };
    },
  };
}
