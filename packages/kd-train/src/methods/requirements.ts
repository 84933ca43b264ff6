import { KdError, requireArgument } from 'kd-core';
import type {
  Method,
  MethodRequirements,
  MethodShapes,
  NetworkShapes,
  TeacherRequirement,
} from './method.ts';

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
  const union = (lists: readonly (readonly string[] | undefined)[]): string[] => [
    ...new Set(lists.flatMap((list) => list ?? [])),
  ];
  return {
    student: union(all.map(({ student }) => student)),
    teachers: Array.from({ length: count }, (_, index) => {
      const each = all.map(({ teachers }) => teachers[index] ?? nothing);
      return {
        taps: union(each.map(({ taps }) => taps)),
        sameClasses: each.some(({ sameClasses }) => sameClasses),
        classifier: each.some(({ classifier }) => classifier),
        tapNorms: union(each.map(({ tapNorms }) => tapNorms)),
        otherView: each.some(({ otherView }) => otherView),
      };
    }),
    studentClassifier: all.some(({ studentClassifier }) => studentClassifier),
    smallestBatch: Math.max(1, ...all.map(({ smallestBatch }) => smallestBatch ?? 1)),
    fullBatches: all.some(({ fullBatches }) => fullBatches),
    samples: all.some(({ samples }) => samples),
    singleLabels: all.some(({ singleLabels }) => singleLabels),
    views: union(all.map(({ views }) => views)),
  };
}

/**
 * Throws `INVALID_ARGUMENT` for a missing teacher, tap, classifier, batch norm or table of samples, naming what there is, and
 * `SHAPE_MISMATCH` when logits that the method compares have different numbers of classes. What depends on the sizes of
 * batches and on their views is checked against the source: see `checkSource`.
 */
export function checkRequirements({ name, requires }: Method, shapes: MethodShapes): void {
  const who = `Method '${name}'`;
  requireTaps(who, 'the student', requires.student, shapes.student.taps);
  if (requires.studentClassifier === true) requireClassifier(who, 'the student', shapes.student);
  requireArgument(
    shapes.teachers.length >= requires.teachers.length,
    () => `${who} needs ${requires.teachers.length} teacher(s), but ${shapes.teachers.length} were given.`,
  );
  requires.teachers.forEach((requirement, index) => {
    const teacher = shapes.teachers[index]!;
    const whom = `teacher ${index}${teacher.name === undefined ? '' : ` ('${teacher.name}')`}`;
    requireTaps(who, whom, requirement.taps, teacher.taps);
    if (requirement.sameClasses && teacher.classes !== shapes.student.classes) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `${who} compares logits, but ${whom} has ${teacher.classes} classes and the student ${shapes.student.classes}. Both must be trained for the same classes.`,
      );
    }
    if (requirement.classifier === true) requireClassifier(who, whom, teacher);
    for (const tap of requirement.tapNorms ?? []) {
      const norms = teacher.tapNorms ?? {};
      requireArgument(
        Object.hasOwn(norms, tap),
        () =>
          `${who} needs the batch norm before the tap '${tap}' of ${whom}, which has one before: ${Object.keys(norms).join(', ') || 'none'}.`,
      );
    }
  });
  requireArgument(
    requires.samples !== true || shapes.samples !== undefined,
    () =>
      `${who} remembers something of each sample, but the source does not say which samples there are. Give it \`samples\`, as loaders of kd-data do.`,
  );
}

function requireTaps(
  who: string,
  whose: string,
  wanted: readonly string[],
  has: Readonly<Record<string, unknown>>,
): void {
  for (const tap of wanted) {
    requireArgument(
      Object.hasOwn(has, tap),
      () => `${who} needs the tap '${tap}' of ${whose}, which has: ${Object.keys(has).join(', ')}.`,
    );
  }
}

function requireClassifier(who: string, whose: string, { classifier }: NetworkShapes): void {
  requireArgument(
    classifier !== undefined,
    () =>
      `${who} uses the classifier of ${whose}, which has none that can be read: the network must end in one linear layer and run inside of the step, as teachers that are ONNX files or have a cache do not.`,
  );
}
