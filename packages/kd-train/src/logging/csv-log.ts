import { KdError } from 'kd-core';
import type { StartEvent, TrainingEvent } from '../training/training-event.ts';
import { formatCsvRow, parseCsv } from './csv.ts';
import { epochMeasures, type Measures, stepMeasures, validationMeasures } from './event-measures.ts';
import type { LogFile } from './log-file.ts';
import { type LogOptions, stepFilter } from './log-options.ts';
import { asPosition, isKept, positions } from './log-position.ts';
import type { LogSink } from './log-sink.ts';

export interface CsvLogOptions extends LogOptions {
  /** Whether there are rows of steps beside those of epochs. Default false. */
  readonly steps?: boolean;
}

/** In every file, in this order, whatever is measured. */
const FIXED_COLUMNS = ['network', 'stage', 'type', 'epoch', 'updates', 'time', 'loss', 'accuracy'] as const;
const VALIDATION_COLUMNS = ['top1', 'top5', 'nll', 'brier', 'ece'].map((name) => `validation/${name}`);

/**
 * A table of the run (RFC 4180): a row an epoch, and one a step where `steps` asks for them. Columns are `network`, `stage`, `type`
 * (`epoch` or `step`), `epoch` (from 0), `updates` made in the stage, `time` (ISO 8601), `loss`, `accuracy`, measures of the
 * validation, and then what else the run measures, such as `terms/hinton`, `learningRate` and `scalars/temperature`. A column never
 * moves; one that is new in a later row is added at the right, and fields that a row has no value for are empty. The file
 * may be shared, and is cut when a run is resumed, as that of `metricsLog`. Throws `STORAGE`, at the start, for a file that
 * holds another table.
 */
export function csvLog(file: LogFile, options: CsvLogOptions = {}): LogSink {
  const { network = 'student', steps = false } = options;
  const isWritten = stepFilter(options.everySteps);
  const positionOf = positions();
  let isFirstStart = true;
  let columns: readonly string[] = [];
  let validation: Measures = [];

  const append = async (fields: ReadonlyMap<string, string>): Promise<void> => {
    const added = [...fields.keys()].filter((name) => !columns.includes(name));
    if (added.length > 0) {
      columns = [...columns, ...added];
      const [, ...rows] = await readTable(file);
      await file.replace(encode([columns, ...rows.map((row) => padded(row, columns.length))]));
    }
    await file.append(encode([columns.map((name) => fields.get(name) ?? '')]));
  };

  return {
    name: file.name,
    async write(event) {
      const position = positionOf(event);
      if (event.type === 'start') {
        const isFresh = isFirstStart && event.resumedFrom === undefined;
        isFirstStart = false;
        columns = await openTable(file, network, { start: event, isFresh });
      }
      if (event.type === 'evaluation') validation = validationMeasures(event.metrics);
      const isRow = event.type === 'epoch' || (event.type === 'step' && steps && isWritten(event.step + 1));
      if (!isRow) return;
      const { type, epoch } = event;
      const about = {
        network,
        stage: position!.stage,
        type,
        epoch: String(epoch),
        updates: String(position!.updates),
        time: new Date().toISOString(),
      };
      const measures = measuresOf(event, validation);
      if (type === 'epoch') validation = [];
      await append(
        new Map([
          ...Object.entries(about),
          ...measures.map(([name, value]) => [name, String(value)] as const),
        ]),
      );
    },
    close: () => file.close(),
  };
}

function measuresOf(event: TrainingEvent, validation: Measures): Measures {
  if (event.type === 'step') return stepMeasures(event);
  if (event.type !== 'epoch') return [];
  return [
    ...epochMeasures(event),
    ...validation.map(([name, value]) => [`validation/${name}`, value] as const),
  ];
}

/** Makes the table, or drops what a resumed run will tell again, and gives its columns. */
async function openTable(
  file: LogFile,
  network: string,
  resumed: { readonly start: StartEvent; readonly isFresh: boolean },
): Promise<readonly string[]> {
  const [header = [...FIXED_COLUMNS, ...VALIDATION_COLUMNS], ...rows] = await readTable(file);
  if (FIXED_COLUMNS.some((name, index) => header[index] !== name)) {
    throw new KdError(
      'STORAGE',
      `${file.name} holds another table, whose columns begin with ${header.slice(0, 3).join(', ')}. Remove it or choose another name.`,
    );
  }
  const kept = rows.filter((row) => {
    const [ofNetwork, stage, type = '', , updates] = row;
    const position = asPosition(stage, Number(updates));
    return ofNetwork !== network || (position !== undefined && isKept(type, position, resumed));
  });
  await file.replace(encode([header, ...kept]));
  return header;
}

async function readTable(file: LogFile): Promise<string[][]> {
  return parseCsv(new TextDecoder().decode(await file.read()));
}

function padded(row: readonly string[], length: number): string[] {
  return Array.from({ length }, (_, index) => row[index] ?? '');
}

function encode(rows: readonly (readonly string[])[]): Uint8Array {
  return new TextEncoder().encode(rows.map(formatCsvRow).join(''));
}
