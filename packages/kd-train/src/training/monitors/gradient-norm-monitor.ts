import { requireArgument } from 'kd-core';
import type { StepMetrics } from '../epoch-totals.ts';

/** Watches the norm of the gradient, without any cost on the device unless parts are asked for. */
export interface GradientNormMonitorOptions {
  /** Updates between two events, which are also those that a norm is compared with. Default 100. */
  readonly window?: number;
  /** How many times the median a norm must be to be warned of; above 1. Default 30. */
  readonly factor?: number;
  /** Whether each step also has the norm of each part, as `student/stage1` and `method/hinton`. Default false. */
  readonly parts?: boolean;
}

/** Of the norms since the last report. */
export interface GradientNormReport {
  readonly median: number;
  readonly highest: number;
  /** With `parts`: the median of each. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** What a monitor has to tell after a step. */
export interface Observation<Report> {
  readonly report?: Report;
  readonly warning?: string;
}

/** Fewer norms than these have no median to go by. */
const ENOUGH = 20;

export class GradientNormMonitor {
  readonly #window: number;
  readonly #factor: number;
  /** The last `window` finite norms, oldest first. */
  #norms: number[] = [];
  #parts: Record<string, number>[] = [];
  #untold = 0;
  #mute = 0;

  /** Throws `INVALID_ARGUMENT` for settings out of range. */
  constructor({ window = 100, factor = 30 }: GradientNormMonitorOptions = {}) {
    requireArgument(
      Number.isInteger(window) && window >= ENOUGH,
      () => `monitors.gradientNorm.window must be an integer of at least ${ENOUGH}, got ${window}.`,
    );
    requireArgument(
      factor > 1 && Number.isFinite(factor),
      () => `monitors.gradientNorm.factor must be finite and above 1, got ${factor}.`,
    );
    this.#window = window;
    this.#factor = factor;
  }

  /** After a warning it is silent for a window: a run that has blown up says so once. */
  observe(
    { gradientNorm, gradientNorms }: Pick<StepMetrics, 'gradientNorm' | 'gradientNorms'>,
    step: number,
  ): Observation<GradientNormReport> {
    if (!Number.isFinite(gradientNorm)) return {};
    const warning = this.#warningOf(gradientNorm, step);
    this.#norms = [...this.#norms, gradientNorm].slice(-this.#window);
    if (gradientNorms !== undefined) this.#parts = [...this.#parts, gradientNorms].slice(-this.#window);
    this.#mute = warning === undefined ? Math.max(0, this.#mute - 1) : this.#window;
    this.#untold += 1;
    const report = this.#untold === this.#window ? this.#report() : undefined;
    return { ...(warning !== undefined && { warning }), ...(report !== undefined && { report }) };
  }

  #warningOf(norm: number, step: number): string | undefined {
    if (this.#mute > 0 || this.#norms.length < ENOUGH) return undefined;
    const usual = median(this.#norms);
    if (!(norm > this.#factor * usual)) return undefined;
    return `The gradient norm at step ${step} is ${norm.toPrecision(3)}, ${Math.round(norm / usual)}x its median of the last ${this.#norms.length} steps (${usual.toPrecision(3)}). If that happens often, clip the gradient or lower the learning rate.`;
  }

  #report(): GradientNormReport {
    this.#untold = 0;
    const parts = Object.keys(this.#parts[0] ?? {}).map(
      (part) => [part, median(this.#parts.map((norms) => norms[part]!))] as const,
    );
    return {
      median: median(this.#norms),
      highest: this.#norms.reduce((highest, norm) => Math.max(highest, norm)),
      ...(parts.length > 0 && { parts: Object.fromEntries(parts) }),
    };
  }
}

/** Of an even number the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
