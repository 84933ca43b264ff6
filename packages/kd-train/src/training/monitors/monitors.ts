import type { Backend, HostTensor, InputLeaf, Model, ModelVariables } from 'kd-core';
import type { StageName } from '../../checkpoint/checkpoint.ts';
import type { StepMetrics } from '../epoch-totals.ts';
import type { TrainingEvent } from '../training-event.ts';
import { checkDeadUnitMonitor, DeadUnitMonitor, type DeadUnitMonitorOptions } from './dead-unit-monitor.ts';
import { GradientNormMonitor, type GradientNormMonitorOptions } from './gradient-norm-monitor.ts';

/** What is watched while training; `true` for the defaults. What a monitor remembers begins anew when a run is resumed. */
export interface MonitorOptions {
  readonly gradientNorm?: boolean | GradientNormMonitorOptions;
  readonly deadUnits?: boolean | DeadUnitMonitorOptions;
}

export interface MonitoredRun {
  readonly backend: Backend;
  readonly student: Model;
  /** That of full batches. */
  readonly batchSize: number;
  readonly stage: StageName;
}

/** The monitors of one stage. */
export interface Monitors {
  observe(made: ObservedStep): Promise<readonly TrainingEvent[]>;
  dispose(): Promise<void>;
}

interface ObservedStep {
  readonly step: number;
  readonly epoch: number;
  readonly metrics: StepMetrics;
  /** Of the last batch. */
  readonly images: HostTensor;
  /** The student's, as they are now. */
  readonly variables: () => ModelVariables<InputLeaf>;
}

/** Throws `INVALID_ARGUMENT` for settings that make no monitor. */
export function checkMonitors({ gradientNorm, deadUnits }: MonitorOptions, student: Model): void {
  if (gradientNorm) new GradientNormMonitor(settings(gradientNorm));
  if (deadUnits) checkDeadUnitMonitor(student, settings(deadUnits));
}

/** Whether the step is asked for the norm of each part. */
export function asksForParts({ gradientNorm }: MonitorOptions = {}): boolean {
  return typeof gradientNorm === 'object' && gradientNorm.parts === true;
}

export function openMonitors(
  { gradientNorm, deadUnits }: MonitorOptions,
  { stage, ...run }: MonitoredRun,
): Monitors {
  const norms = gradientNorm ? new GradientNormMonitor(settings(gradientNorm)) : undefined;
  const units = deadUnits ? new DeadUnitMonitor(run, settings(deadUnits)) : undefined;
  return {
    async observe({ step, epoch, metrics, images, variables }) {
      const at = { stage, step, epoch };
      const ofNorms = norms?.observe(metrics, step) ?? {};
      const ofUnits = (await units?.observe(images, variables, step)) ?? {};
      const warnings = [ofNorms.warning, ofUnits.warning].filter((message) => message !== undefined);
      return [
        ...(ofNorms.report === undefined
          ? []
          : [{ type: 'gradient-norm', ...at, ...ofNorms.report } as const]),
        ...(ofUnits.report === undefined ? [] : [{ type: 'dead-units', ...at, ...ofUnits.report } as const]),
        ...warnings.map((message) => ({ type: 'warning', message }) as const),
      ];
    },
    dispose: async () => units?.dispose(),
  };
}

function settings<Options extends object>(given: true | Options): Options | undefined {
  return given === true ? undefined : given;
}
