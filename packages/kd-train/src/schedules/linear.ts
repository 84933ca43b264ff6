import { requireArgument } from 'kd-core';
import type { Schedule } from './schedule.ts';

export interface LinearOptions {
  /** Default 0. */
  readonly initial?: number;
  readonly final: number;
  /** How long the way from `initial` to `final` is, above 0; it stays at `final` afterwards. Default: the whole run. */
  readonly epochs?: number;
  /** Epochs before it sets out, at least 0. Default 0. */
  readonly after?: number;
  /**
   * `'step'` (default): a little in each step, `initial` in the first. `'epoch'`: the same value in all steps of an
   * epoch, `1 / epochs` of the way in the first, as reference code that counts epochs from 1 has it: the weight of
   * ReviewKD and of DKD is `linear({ final: 1, epochs: 20, by: 'epoch' })`.
   */
  readonly by?: 'step' | 'epoch';
}

/** From `initial` to `final` in a straight line. Throws `INVALID_ARGUMENT` for values out of range. */
export function linear({ initial = 0, final, epochs, after = 0, by = 'step' }: LinearOptions): Schedule {
  requireArgument(Number.isFinite(initial), () => `initial must be finite, got ${initial}.`);
  requireArgument(Number.isFinite(final), () => `final must be finite, got ${final}.`);
  requireArgument(
    epochs === undefined || (Number.isFinite(epochs) && epochs > 0),
    () => `epochs must be above 0, got ${epochs}.`,
  );
  requireArgument(
    Number.isFinite(after) && after >= 0,
    () => `after must be 0 epochs or more, got ${after}.`,
  );
  requireArgument(
    by === 'step' || by === 'epoch',
    () => `by must be 'step' or 'epoch', got '${String(by)}'.`,
  );
  return ({ step, epoch, stepsPerEpoch, totalSteps }) => {
    const passed = by === 'epoch' ? epoch + 1 : step / stepsPerEpoch;
    const length = epochs ?? totalSteps / stepsPerEpoch - after;
    const share = length > 0 ? Math.min(1, Math.max(0, (passed - after) / length)) : 0;
    return initial + (final - initial) * share;
  };
}
