import { type BatchSource, type Model, prngKey, requireArgument } from 'kd-core';
import type { Method } from '../methods/method.ts';
import { checkRequirements } from '../methods/requirements.ts';
import { methodShapes } from '../step/training-state.ts';
import type { TeacherNetwork } from '../teachers/teacher.ts';
import { checkSource } from './check-source.ts';

/** What a method is to teach with. */
export interface MethodPlace {
  readonly student: Model;
  readonly teachers: readonly TeacherNetwork[];
  readonly source: BatchSource;
}

/**
 * Whether a run with this method, its warm-up included, can begin: throws, without anything being compiled, what `train` would
 * throw of it (`checkRequirements`, `checkSource`, `init`).
 */
export function checkMethod(method: Method, place: MethodPlace): void {
  checkStages(method, place);
  const shapes = methodShapes(place.student, place.teachers, place.source);
  // Methods find out here whether their own parts fit between the networks; the values are drawn again later.
  method.init(prngKey(0), shapes, method.warmUp?.method.init(prngKey(0), shapes));
}

/** The same without `init`. */
export function checkStages(method: Method, { student, teachers, source }: MethodPlace): void {
  const { name, warmUp } = method;
  if (warmUp !== undefined) {
    requireArgument(
      Number.isInteger(warmUp.epochs) && warmUp.epochs >= 1,
      () => `The epochs of the warm-up of '${name}' must be a positive integer, got ${warmUp.epochs}.`,
    );
    requireArgument(
      warmUp.method.warmUp === undefined,
      () =>
        `The warm-up of '${name}' is taught by '${warmUp.method.name}', which has a warm-up itself. A run has one warm-up at most.`,
    );
  }
  const shapes = methodShapes(student, teachers, source);
  for (const each of stageMethods(method)) {
    checkRequirements(each, shapes);
    checkSource(each, source, { student, teachers });
  }
}

/** The methods that train, in their order. */
export function stageMethods(method: Method): readonly Method[] {
  return method.warmUp === undefined ? [method] : [method.warmUp.method, method];
}
