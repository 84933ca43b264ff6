import type { StartEvent, TrainingEvent } from '../training/training-event.ts';
import type { LogFile } from './log-file.ts';
import { type LogOptions, stepFilter } from './log-options.ts';
import { asPosition, isKept, type LogPosition, positions } from './log-position.ts';
import type { LogSink } from './log-sink.ts';

/**
 * Every event as one JSON object a line (`metrics.jsonl`): the fields of the event, and before them
 *
 * - `network`: the one that is trained,
 * - `time`: ISO 8601,
 * - `stage` and `updates`: the stage, and how many updates of it had been made; absent in warnings before the first stage.
 *
 * A number that is not finite is null. An `epoch` has no bins of calibration in its `validation`; they are in the line of the
 * `evaluation` before it. Trainings may share a file, one after the other, under different networks. When a run begins, lines of
 * its network go; when it is resumed, those after the step that it is resumed at, and half a line that a killed process left, so that
 * each step is there once. All other lines stay as they are.
 */
export function metricsLog(file: LogFile, options: LogOptions = {}): LogSink {
  const { network = 'student' } = options;
  const isWritten = stepFilter(options.everySteps);
  const positionOf = positions();
  let isFirstStart = true;
  // Until the first stage says which lines of an earlier process are to go.
  let waiting = '';
  const flush = async (text: string): Promise<void> => {
    const all = waiting + text;
    waiting = '';
    if (all !== '') await file.append(encoder.encode(all));
  };
  return {
    name: file.name,
    async write(event) {
      const position = positionOf(event);
      if (event.type === 'start') {
        const isFresh = isFirstStart && event.resumedFrom === undefined;
        isFirstStart = false;
        await dropOutdated(file, network, { start: event, isFresh });
      }
      if (event.type === 'step' && !isWritten(event.step + 1)) return;
      const fields = { network, time: new Date().toISOString(), ...position, ...withoutBins(event) };
      const line = `${JSON.stringify(fields)}\n`;
      if (position === undefined) waiting += line;
      else await flush(line);
    },
    async close() {
      await flush('');
      await file.close();
    },
  };
}

const encoder = new TextEncoder();

function withoutBins(event: TrainingEvent): object {
  if (event.type !== 'epoch' || event.validation === undefined) return event;
  const { bins, ...validation } = event.validation;
  return { ...event, validation };
}

async function dropOutdated(
  file: LogFile,
  network: string,
  resumed: { readonly start: StartEvent; readonly isFresh: boolean },
): Promise<void> {
  const content = await file.read();
  if (content === undefined) return;
  const text = new TextDecoder().decode(content);
  const lines = text.split('\n');
  // What follows the last line end: nothing, or what a killed process could still write of a line.
  lines.pop();
  const kept = lines.filter((line) => {
    const written = parseLine(line);
    if (written?.network !== network) return true;
    return written.position === undefined
      ? !resumed.isFresh
      : isKept(written.type, written.position, resumed);
  });
  const next = kept.map((line) => `${line}\n`).join('');
  if (next !== text) await file.replace(encoder.encode(next));
}

interface WrittenLine {
  readonly network: unknown;
  readonly type: string;
  readonly position: LogPosition | undefined;
}

/** `undefined` for what is not of this log. */
function parseLine(line: string): WrittenLine | undefined {
  try {
    const { network, type, stage, updates } = JSON.parse(line) as Record<string, unknown>;
    return { network, type: String(type), position: asPosition(stage, updates) };
  } catch {
    return undefined;
  }
}
