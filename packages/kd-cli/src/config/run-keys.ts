import { type PrngKey, prngKey, splitKey } from 'kd-core';

/** One key for each thing that is random in a run; none of them is used for another. */
export interface RunKeys {
  /** Initial weights. */
  readonly teacher: PrngKey;
  readonly student: PrngKey;
  /** Order and augmentation of the batches. */
  readonly teacherData: PrngKey;
  readonly studentData: PrngKey;
}

export function runKeys(seed: number): RunKeys {
  const [teacher, student, teacherData, studentData] = splitKey(prngKey(seed), 4) as [
    PrngKey,
    PrngKey,
    PrngKey,
    PrngKey,
  ];
  return { teacher, student, teacherData, studentData };
}
