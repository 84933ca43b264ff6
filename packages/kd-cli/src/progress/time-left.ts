/** One stretch of equal steps. Stretches of the same kind are expected to run at the same speed. */
export interface Phase {
  readonly label: string;
  readonly kind: string;
  readonly steps: number;
}

interface KindTime {
  steps: number;
  seconds: number;
}

/** Foretells the time left of a list of phases from the speed seen so far, kind by kind. */
export class TimeLeft {
  readonly #remaining = new Map<string, number>();
  readonly #seen = new Map<string, KindTime>();

  constructor(phases: readonly Phase[]) {
    for (const { kind, steps } of phases) this.#remaining.set(kind, (this.#remaining.get(kind) ?? 0) + steps);
  }

  /** Notes that `steps` steps of `kind` took `seconds`. */
  record(kind: string, steps: number, seconds: number): void {
    const seen = this.#seen.get(kind) ?? { steps: 0, seconds: 0 };
    this.#seen.set(kind, { steps: seen.steps + steps, seconds: seen.seconds + seconds });
    this.#remaining.set(kind, Math.max(0, (this.#remaining.get(kind) ?? 0) - steps));
  }

  /** Steps that will not be made after all, as when a resumed run skips them. */
  skip(kind: string, steps: number): void {
    this.#remaining.set(kind, Math.max(0, (this.#remaining.get(kind) ?? 0) - steps));
  }

  /** Seconds; NaN before the first record. A kind not seen yet counts with the mean of those seen. */
  seconds(): number {
    const total = [...this.#seen.values()].reduce(
      (sum, each) => ({ steps: sum.steps + each.steps, seconds: sum.seconds + each.seconds }),
      { steps: 0, seconds: 0 },
    );
    let left = 0;
    for (const [kind, steps] of this.#remaining) {
      const { steps: made, seconds } = this.#seen.get(kind) ?? total;
      left += steps * (seconds / made);
    }
    return left;
  }
}
