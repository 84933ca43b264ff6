import { KdError, requireArgument } from 'kd-core';
import type { Method, MethodRequirements, MethodShapes, TeacherRequirement } from './method.ts';

const nothing: TeacherRequirement = { taps: [], sameClasses: false };

/** The requirement of a method that reads only the teacher at `index`. */
export function requireTeacher(
  index: number,
  requirement: TeacherRequirement,
): readonly TeacherRequirement[] {
  requireArgument(
    Number.isInteger(index) && index >= 0,
    () => `teacher must be the index of a teacher, counted from 0, got ${index}.`,
  );
  return [...Array.from({ length: index }, () => nothing), requirement];
}

/** What several methods read together. */
export function mergeRequirements(all: readonly MethodRequirements[]): MethodRequirements {
  const count = Math.max(0, ...all.map(({ teachers }) => teachers.length));
  return {
    student: [...new Set(all.flatMap(({ student }) => student))],
    teachers: Array.from({ length: count }, (_, index) => {
      const each = all.map(({ teachers }) => teachers[index] ?? nothing);
      return {
        taps: [...new Set(each.flatMap(({ taps }) => taps))],
        sameClasses: each.some(({ sameClasses }) => sameClasses),
      };
    }),
  };
}

/**
 * Throws `INVALID_ARGUMENT` for a missing teacher or tap, naming the taps there are, and `SHAPE_MISMATCH` when
 * logits that the method compares have different numbers of classes.
 */
export function checkRequirements({ name, requires }: Method, shapes: MethodShapes): void {
  const requireTaps = (
    who: string,
    wanted: readonly string[],
    has: Readonly<Record<string, unknown>>,
  ): void => {
    for (const tap of wanted) {
      requireArgument(
        Object.hasOwn(has, tap),
        () => `Method '${name}' needs the tap '${tap}' of ${who}, which has: ${Object.keys(has).join(', ')}.`,
      );
    }
  };
  requireTaps('the student', requires.student, shapes.student.taps);
  requireArgument(
    shapes.teachers.length >= requires.teachers.length,
    () =>
      `Method '${name}' needs ${requires.teachers.length} teacher(s), but ${shapes.teachers.length} were given.`,
  );
  requires.teachers.forEach(({ taps, sameClasses }, index) => {
    const teacher = shapes.teachers[index]!;
    const who = `teacher ${index}${teacher.name === undefined ? '' : ` ('${teacher.name}')`}`;
    requireTaps(who, taps, teacher.taps);
    if (sameClasses && teacher.classes !== shapes.student.classes) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `Method '${name}' compares logits, but ${who} has ${teacher.classes} classes and the student ${shapes.student.classes}. Both must be trained for the same classes.`,
      );
    }
  });
}
