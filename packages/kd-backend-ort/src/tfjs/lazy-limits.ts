/** When recorded programs are run though nobody has asked for their values, and how many compiled ones are kept. */
export interface LazyLimits {
  /** Kernel calls of a program that is worth running. */
  readonly calls: number;
  /** Bytes of existing values that a program may keep from being freed. */
  readonly bytes: number;
  /** Sessions, which each keep threads; a training loop needs two or three. */
  readonly sessions: number;
}

export const DEFAULT_LIMITS: LazyLimits = { calls: 1000, bytes: 256 * 2 ** 20, sessions: 32 };
