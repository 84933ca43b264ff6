import type { Tensor4D } from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from 'kd-core';
import type { MethodContext, MethodRequirements, MethodShapes, TeacherRequirement } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import type { TapPair } from '../tap-series.ts';

export type MapShape = readonly [height: number, width: number, channels: number];

/** The shapes of two taps that are compared. */
export interface MapPairShapes {
  readonly student: MapShape;
  readonly teacher: MapShape;
}

/** Throws `INVALID_ARGUMENT` for fewer pairs than `atLeast`. */
export function requirePairs(pairs: readonly TapPair[], atLeast = 1): void {
  requireArgument(
    pairs.length >= atLeast,
    () =>
      `pairs must name at least ${atLeast === 1 ? 'one pair' : `${atLeast} pairs`} of taps, got ${pairs.length}.`,
  );
}

/** What a method that compares `pairs` reads. */
export function pairRequirements(
  pairs: readonly TapPair[],
  teacher: number,
  more: Partial<TeacherRequirement> = {},
): Pick<MethodRequirements, 'student' | 'teachers'> {
  const taps = pairs.map((pair) => pair.teacher);
  return {
    student: pairs.map((pair) => pair.student),
    teachers: requireTeacher(teacher, { taps, sameClasses: false, ...more }),
  };
}

/**
 * The shapes of `pairs`, in order. `mismatch` says what is wrong with a pair that is made of maps, if anything. Throws
 * `SHAPE_MISMATCH` naming both taps with their shapes.
 */
export function mapPairShapes(
  method: string,
  pairs: readonly TapPair[],
  { student, teachers }: MethodShapes,
  teacher: number,
  mismatch: (shapes: MapPairShapes) => string | undefined = () => undefined,
): MapPairShapes[] {
  return pairs.map((pair) => {
    const [ours, theirs] = [student.taps[pair.student]!, teachers[teacher]!.taps[pair.teacher]!];
    const areMaps = ours.length === 3 && theirs.length === 3;
    const shapes = { student: ours, teacher: theirs } as unknown as MapPairShapes;
    const reason = areMaps ? mismatch(shapes) : 'both must be feature maps [height, width, channels]';
    if (reason === undefined) return shapes;
    throw new KdError(
      'SHAPE_MISMATCH',
      `Method '${method}' cannot pair the tap '${pair.student}' of the student [${ours.join(', ')}] with '${pair.teacher}' of teacher ${teacher} [${theirs.join(', ')}]: ${reason}.`,
    );
  });
}

/** Why `poolToLower` cannot bring two maps together. */
export function unpoolable({ student, teacher }: MapPairShapes): string | undefined {
  const isAmbiguous = student[0] === teacher[0] && student[1] !== teacher[1];
  return isAmbiguous
    ? 'their heights are equal and their widths are not, so that neither can be pooled to the other'
    : undefined;
}

/** The maps of `pairs`, in order. */
export function mapPairs(
  { student, teachers }: MethodContext,
  pairs: readonly TapPair[],
  teacher: number,
): { readonly studentFeatures: readonly Tensor4D[]; readonly teacherFeatures: readonly Tensor4D[] } {
  return {
    studentFeatures: pairs.map((pair) => student.taps[pair.student] as Tensor4D),
    teacherFeatures: pairs.map((pair) => teachers[teacher]!.taps[pair.teacher] as Tensor4D),
  };
}

/** The shapes of pairs of maps at hand, as `mapPairShapes` gives them beforehand. */
export function shapesOfMaps(students: readonly Tensor4D[], teachers: readonly Tensor4D[]): MapPairShapes[] {
  const shapeOf = ([, ...shape]: readonly number[]): MapShape => shape as unknown as MapShape;
  return students.map(({ shape }, index) => ({
    student: shapeOf(shape),
    teacher: shapeOf(teachers[index]!.shape),
  }));
}

/** The name of what belongs to one pair, among variables. */
export function pairName(index: number): string {
  return `pair${index}`;
}

/** Pairs as settings. */
export function pairConfig(pairs: readonly TapPair[]): string[][] {
  return pairs.map(({ student, teacher }) => [student, teacher]);
}
