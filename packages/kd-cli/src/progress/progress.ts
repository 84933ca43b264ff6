import { createColors } from 'picocolors';
import { clock, fixed, percent, significant } from '../text/format-number.ts';
import { MovingAverage } from './moving-average.ts';
import { type Phase, TimeLeft } from './time-left.ts';

export interface ProgressStream {
  write(text: string): unknown;
  readonly columns?: number | undefined;
}

export interface ProgressOptions {
  readonly stream: ProgressStream;
  /** All phases, in the order in which they will run. */
  readonly phases: readonly Phase[];
  /** What a step is called in figures of speed. Default `steps`. */
  readonly unit?: string;
  /** How steps and their number a second are written, unit and all. Default: as numbers of `unit`. */
  readonly quantity?: (steps: number) => string;
  /** A line that is rewritten in place (a terminal), or plain lines now and then (a file, CI). */
  readonly interactive: boolean;
  readonly color: boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

const frameMilliseconds = 80;
/** Plain lines come every five seconds at first, and then ever more seldom, so that a night fills no log. */
const plainMilliseconds = { least: 5000, most: 60_000, shareOfElapsed: 1 / 20 };
const usualColumns = 80;
/** Of three digits, a point and a unit. */
const quantityWidth = 7;
const clearLine = '\r\u001B[K';

/** One line that tells phase, steps, smoothed loss, validation, speed and time left of a run of several phases. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #timeLeft: TimeLeft;
  readonly #totalSteps: number;
  readonly #labelWidth: number;
  readonly #started: number;
  #finishedSteps = 0;
  #phaseIndex = -1;
  #step = 0;
  #stepAt = 0;
  #shownAt = Number.NEGATIVE_INFINITY;
  #shownStep = -1;
  #lineShown = false;
  #loss = new MovingAverage(0.95);
  #validationTop1 = Number.NaN;
  #stepSeconds = new MovingAverage(0.95);

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#timeLeft = new TimeLeft(options.phases);
    this.#totalSteps = options.phases.reduce((sum, phase) => sum + phase.steps, 0);
    this.#labelWidth = Math.max(0, ...options.phases.map((phase) => phase.label.length));
    this.#started = options.now();
    this.#stepAt = this.#started;
  }

  /** Enters the next phase. `fromStep` steps of it were made in an earlier run. */
  nextPhase(fromStep = 0): void {
    const last = this.#options.phases[this.#phaseIndex];
    if (last !== undefined) {
      this.#timeLeft.skip(last.kind, last.steps - this.#step);
      this.#finishedSteps += last.steps;
      this.#showPlainEnd();
    }
    this.#phaseIndex += 1;
    this.#step = fromStep;
    this.#shownStep = -1;
    this.#stepAt = this.#options.now();
    this.#loss = new MovingAverage(0.95);
    this.#validationTop1 = Number.NaN;
    this.#stepSeconds = new MovingAverage(0.95);
    const phase = this.#options.phases[this.#phaseIndex];
    if (phase !== undefined) {
      this.#timeLeft.skip(phase.kind, fromStep);
      this.#refresh();
    }
  }

  /** Notes that `step` steps of the current phase are done, the last with `loss`. */
  update(step: number, loss?: number): void {
    const phase = this.#options.phases[this.#phaseIndex];
    if (phase === undefined || step <= this.#step) return;
    const now = this.#options.now();
    const seconds = (now - this.#stepAt) / 1000;
    this.#timeLeft.record(phase.kind, step - this.#step, seconds);
    this.#stepSeconds.add(seconds / (step - this.#step));
    // A step that was skipped because its loss was not finite must not spoil the mean.
    if (loss !== undefined && Number.isFinite(loss)) this.#loss.add(loss);
    this.#step = step;
    this.#stepAt = now;
    this.#refresh();
  }

  /** Notes the accuracy on the validation samples, 0 to 1, which is shown until the next one or the next phase. */
  validated(top1: number): void {
    this.#validationTop1 = top1;
    this.#refresh();
  }

  /** Writes a line that stays, above the progress line. */
  note(line: string): void {
    this.#clear();
    this.#options.stream.write(`${line}\n`);
    this.#shownAt = Number.NEGATIVE_INFINITY;
    if (this.#options.interactive) this.#refresh();
  }

  /** Takes the progress line away. Call it in `finally`; calling it twice does no harm. */
  stop(): void {
    this.#showPlainEnd();
    this.#clear();
    this.#phaseIndex = this.#options.phases.length;
  }

  #showPlainEnd(): void {
    if (!this.#options.interactive && this.#shownStep !== this.#step) this.#show();
  }

  #refresh(): void {
    const every = this.#options.interactive ? frameMilliseconds : this.#plainInterval();
    if (this.#options.now() - this.#shownAt >= every) this.#show();
  }

  #plainInterval(): number {
    const { least, most, shareOfElapsed } = plainMilliseconds;
    return Math.min(most, Math.max(least, shareOfElapsed * (this.#options.now() - this.#started)));
  }

  #show(): void {
    const phase = this.#options.phases[this.#phaseIndex];
    if (phase === undefined) return;
    this.#shownAt = this.#options.now();
    this.#shownStep = this.#step;
    if (!this.#options.interactive) {
      const elapsed = clock((this.#shownAt - this.#started) / 1000);
      const fields = [`[${elapsed}] ${phase.label}`, this.#stepsOf(phase), ...this.#figures()];
      this.#options.stream.write(`${fields.join('  ')}\n`);
      return;
    }
    this.#options.stream.write(`\r${this.#line(phase)}\u001B[K`);
    this.#lineShown = true;
  }

  /** The line at the terminal's width: the bar shrinks first, then figures go from the right, then the label. */
  #line(phase: Phase): string {
    const { columns = 0 } = this.#options.stream;
    // A terminal that does not know its width may say 0. The last column stays free: some terminals wrap when it is
    // written.
    const width = Math.max(1, (columns > 0 ? columns : usualColumns) - 1);
    const colors = createColors(this.#options.color);
    // Fields of one width, so that the bar stands still while the numbers change.
    const label = phase.label.padEnd(this.#labelWidth);
    const figures = [this.#stepsOf(phase), ...this.#figures()];
    const tail = (): string => figures.map((figure) => `  ${figure}`).join('');
    while (figures.length > 0 && label.length + 12 + tail().length > width) figures.pop();
    const barWidth = Math.min(30, width - label.length - 2 - tail().length);
    if (barWidth < 4) return phase.label.slice(0, width);
    const done = this.#totalSteps === 0 ? 1 : (this.#finishedSteps + this.#step) / this.#totalSteps;
    const filled = Math.min(barWidth, Math.round(barWidth * done));
    const bar = colors.green('\u2501'.repeat(filled)) + colors.dim('\u2500'.repeat(barWidth - filled));
    return `${colors.bold(label)}  ${bar}${colors.dim(tail())}`;
  }

  /** Padded, so that the line does not grow. */
  #stepsOf({ steps }: Phase): string {
    const { quantity, interactive } = this.#options;
    if (quantity !== undefined) {
      return `${quantity(this.#step).padStart(interactive ? quantityWidth : 0)} of ${quantity(steps)}`;
    }
    const width = interactive ? String(steps).length : 0;
    return `${String(this.#step).padStart(width)}/${steps}`;
  }

  #rate(rate: number): string {
    const { quantity, unit = 'steps' } = this.#options;
    if (quantity !== undefined) return `${quantity(rate)}/s`;
    return `${rate < 10 ? significant(rate, 2) : fixed(rate, 0)} ${unit}/s`;
  }

  #figures(): string[] {
    const figures: string[] = [];
    const loss = this.#loss.value;
    if (!Number.isNaN(loss)) figures.push(`loss ${loss < 10 ? fixed(loss, 3) : significant(loss, 3)}`);
    if (!Number.isNaN(this.#validationTop1)) figures.push(`val ${percent(this.#validationTop1, 1)} %`);
    const rate = 1 / this.#stepSeconds.value;
    if (Number.isFinite(rate)) figures.push(this.#rate(rate));
    const left = this.#timeLeft.seconds();
    if (Number.isFinite(left)) figures.push(`${clock(left)} left`);
    return figures;
  }

  #clear(): void {
    if (this.#lineShown) this.#options.stream.write(clearLine);
    this.#lineShown = false;
  }
}
