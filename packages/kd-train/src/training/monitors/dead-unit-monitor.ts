import { abs, max, type Tensor, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  type Backend,
  type Compiled,
  type DeviceTensor,
  type HostTensor,
  type InputLeaf,
  type Model,
  type ModelVariables,
  requireArgument,
  treeLeaves,
  type WithLeaves,
} from 'kd-core';
import type { Observation } from './gradient-norm-monitor.ts';

/** Looks now and then at which units of the student give nothing but zeros. */
export interface DeadUnitMonitorOptions {
  /** Updates between two batches that are looked at, each at the price of one forward pass. Default 100. */
  readonly every?: number;
  /** Batches in all of which a unit must be zero to be dead. Default 5. */
  readonly batches?: number;
  /** The share of dead units of a tap that is warned of, in (0, 1]. Default 0.25. */
  readonly share?: number;
  /** Default: every tap of the student; those before an activation have no units that are exactly zero. */
  readonly taps?: readonly string[];
}

/** Units, which are channels of a map, of each tap. */
export interface DeadUnitsReport {
  readonly taps: Readonly<Record<string, { readonly units: number; readonly dead: number }>>;
}

interface PeakArguments {
  readonly variables: ModelVariables<Tensor>;
  readonly images: Tensor4D;
}

/** A forward pass in evaluation mode of the student as it is trained, beside the step, which it does not change. */
export class DeadUnitMonitor {
  readonly #backend: Backend;
  readonly #peaks: Compiled<PeakArguments, Record<string, Tensor1D>>;
  readonly #every: number;
  readonly #batches: number;
  readonly #share: number;
  readonly #batchSize: number;
  /** Of each tap and unit, whether it was other than zero in this window. */
  #alive = new Map<string, Uint8Array>();
  #seen = 0;
  #sinceLast = 0;
  #warned = new Set<string>();

  /** Short batches are passed over, so that one compilation serves all. */
  constructor(
    { backend, student, batchSize }: { backend: Backend; student: Model; batchSize: number },
    { every = 100, batches = 5, share = 0.25, taps }: DeadUnitMonitorOptions = {},
  ) {
    const names = taps ?? Object.keys(student.summary().taps);
    this.#backend = backend;
    this.#every = every;
    this.#batches = batches;
    this.#share = share;
    this.#batchSize = batchSize;
    this.#peaks = backend.compile(
      ({ variables, images }: PeakArguments) => {
        const output = student.apply(variables, images, { train: false });
        return Object.fromEntries(names.map((tap) => [tap, highestOfEachUnit(output.taps[tap]!)]));
      },
      { name: `active units of ${student.name}` },
    );
  }

  /** After update `step`, whose last batch had `images`. A tap is warned of when it passes the share, and again after it was below. */
  async observe(
    images: HostTensor,
    variables: () => ModelVariables<InputLeaf>,
    step: number,
  ): Promise<Observation<DeadUnitsReport>> {
    this.#sinceLast += 1;
    if (this.#sinceLast < this.#every || images.shape[0] !== this.#batchSize) return {};
    this.#sinceLast = 0;
    const args = { variables: variables(), images } as unknown as WithLeaves<PeakArguments, InputLeaf>;
    const found = (await this.#peaks(args)) as unknown as Record<string, DeviceTensor>;
    const peaks = await this.#backend.download(found);
    for (const leaf of treeLeaves<DeviceTensor>(found)) leaf.dispose();
    for (const [tap, { data }] of Object.entries(peaks)) this.#note(tap, data);
    this.#seen += 1;
    if (this.#seen < this.#batches) return {};
    const report = this.#report();
    this.#alive = new Map();
    this.#seen = 0;
    const warning = this.#warningOf(report, step);
    return { report, ...(warning !== undefined && { warning }) };
  }

  dispose(): Promise<void> {
    return this.#peaks.dispose();
  }

  #note(tap: string, peaks: ArrayLike<number>): void {
    const alive = this.#alive.get(tap) ?? new Uint8Array(peaks.length);
    for (let unit = 0; unit < peaks.length; unit++) if (peaks[unit] !== 0) alive[unit] = 1;
    this.#alive.set(tap, alive);
  }

  #report(): DeadUnitsReport {
    const counts = [...this.#alive].map(([tap, alive]) => {
      const living = alive.reduce((sum, each) => sum + each, 0);
      return [tap, { units: alive.length, dead: alive.length - living }] as const;
    });
    return { taps: Object.fromEntries(counts) };
  }

  #warningOf({ taps }: DeadUnitsReport, step: number): string | undefined {
    const crowded = Object.entries(taps).filter(([, { units, dead }]) => dead / units >= this.#share);
    const news = crowded.filter(([tap]) => !this.#warned.has(tap));
    this.#warned = new Set(crowded.map(([tap]) => tap));
    if (news.length === 0) return undefined;
    const shares = news.map(
      ([tap, { units, dead }]) => `${Math.round((100 * dead) / units)} % of ${tap} (${dead} of ${units})`,
    );
    return `Dead units at step ${step}: ${shares.join(', ')} have been zero in all of the last ${this.#batches} batches looked at. A lower learning rate, a warm-up of it or other start values keep them alive.`;
  }
}

/** Throws `INVALID_ARGUMENT` for settings out of range, and for a tap that the student does not have. */
export function checkDeadUnitMonitor(
  student: Model,
  { every = 100, batches = 5, share = 0.25, taps = [] }: DeadUnitMonitorOptions = {},
): void {
  for (const [name, value] of Object.entries({ every, batches })) {
    requireArgument(
      Number.isInteger(value) && value >= 1,
      () => `monitors.deadUnits.${name} must be a positive integer, got ${value}.`,
    );
  }
  requireArgument(
    share > 0 && share <= 1,
    () => `monitors.deadUnits.share must be above 0 and at most 1, got ${share}.`,
  );
  const known = Object.keys(student.summary().taps);
  for (const tap of taps) {
    requireArgument(
      known.includes(tap),
      () =>
        `monitors.deadUnits.taps names '${tap}', but the student '${student.name}' has: ${known.join(', ')}.`,
    );
  }
}

/** The highest absolute value of each unit, the last axis of `tap`. */
function highestOfEachUnit(tap: Tensor): Tensor1D {
  return max(
    abs(tap),
    Array.from({ length: tap.rank - 1 }, (_, axis) => axis),
  ) as Tensor1D;
}
