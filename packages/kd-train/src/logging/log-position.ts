import type { StageName } from '../checkpoint/checkpoint.ts';
import type { StartEvent, TrainingEvent } from '../training/training-event.ts';

/** Where in a run an event belongs. */
export interface LogPosition {
  readonly stage: StageName;
  /** Updates of the stage that had been made. */
  readonly updates: number;
}

/** Gives each event of one run its position, `undefined` before the first stage begins. */
export function positions(): (event: TrainingEvent) => LogPosition | undefined {
  let now: LogPosition | undefined;
  return (event) => {
    if (event.type === 'start') now = { stage: event.stage, updates: event.step };
    if (event.type === 'step') now = { stage: event.stage, updates: event.step + 1 };
    // Checkpoints are written beside the steps that follow them.
    if (event.type === 'checkpoint') return { stage: event.stage, updates: event.step };
    return now;
  };
}

/** What a file says, if it is a position. */
export function asPosition(stage: unknown, updates: unknown): LogPosition | undefined {
  const isStage = stage === 'warm-up' || stage === 'main';
  return isStage && Number.isInteger(updates) ? { stage, updates: updates as number } : undefined;
}

const order: Readonly<Record<StageName, number>> = { 'warm-up': 0, main: 1 };

/**
 * Whether what an earlier process wrote at `position` is still true when the run goes on at `start`: it is of the past that the
 * checkpoint holds. A run that begins anew has none. The begin and the end of a stage at `start` itself are about to be told again.
 */
export function isKept(
  type: string,
  { stage, updates }: LogPosition,
  { start, isFresh }: { readonly start: StartEvent; readonly isFresh: boolean },
): boolean {
  if (isFresh || order[stage] > order[start.stage]) return false;
  if (order[stage] < order[start.stage]) return true;
  return type === 'start' || type === 'end' ? updates < start.step : updates <= start.step;
}
