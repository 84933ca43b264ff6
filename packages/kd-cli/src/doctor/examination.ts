import type { DeviceInfo } from 'kd-core';

/** What is known of a backend once it has been tried. */
export interface Examination {
  /** Whether it runs here, training included. */
  readonly available: boolean;
  /** Why not and what would help, or what there is to say about it. */
  readonly reason: string;
  /** It runs, but is not taken where something else does. */
  readonly lastResort: boolean;
  readonly device?: DeviceInfo;
  /** Training steps a second of the network of `measureSteps`. */
  readonly stepsPerSecond?: number;
}
