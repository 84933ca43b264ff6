/** Work that was begun, and may turn out not to be wanted. */
export interface Ticket<Result> {
  readonly result: Promise<Result>;
  /** Nobody will read the result. */
  cancel(): void;
}

/**
 * `load` by step, with the `ahead` steps after the one that was taken last begun already. Steps may be taken in any order;
 * what was begun and lies outside of that window is given up, so that no more than `ahead` results are ever kept.
 */
export function readAhead<Result>(
  ahead: number,
  load: (step: number) => Ticket<Result>,
): { take(step: number): Promise<Result>; close(): void } {
  const begun = new Map<number, Ticket<Result>>();
  return {
    take(step) {
      const ticket = begun.get(step) ?? load(step);
      begun.delete(step);
      for (const [other, { cancel }] of begun) {
        if (other > step && other <= step + ahead) continue;
        cancel();
        begun.delete(other);
      }
      for (let next = step + 1; next <= step + ahead; next++) {
        if (begun.has(next)) continue;
        const early = load(next);
        // The failure belongs to who takes the step, if anybody does.
        early.result.catch(() => {});
        begun.set(next, early);
      }
      return ticket.result;
    },
    close() {
      for (const { cancel } of begun.values()) cancel();
      begun.clear();
    },
  };
}
