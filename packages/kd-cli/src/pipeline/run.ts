import type { Backend } from 'kd-core';
import type { ResumeOptions } from 'kd-train';
import type { Host } from '../cli/host.ts';
import type { Progress } from '../progress/progress.ts';
import type { Interrupt } from './interrupt.ts';
import type { OutputFolder } from './output-folder.ts';
import type { DistillPlan } from './plan.ts';
import type { RunLog } from './run-log.ts';

export interface DistillOptions {
  readonly host: Host;
  readonly plan: DistillPlan;
  readonly backend: Backend;
  readonly folder: OutputFolder;
  readonly resume: boolean | ResumeOptions;
  readonly interrupt: Interrupt;
  /** The command that makes this run again. */
  readonly reproduce: string;
}

/** A run of a plan, with where it tells how it goes. */
export interface Run extends DistillOptions {
  readonly progress: Progress;
  readonly log: RunLog;
}
