import type { StageName } from '../../checkpoint/checkpoint.ts';
import type { TrainingEvent } from '../../training/training-event.ts';
import {
  deadUnitsMeasures,
  epochMeasures,
  gradientNormMeasures,
  type Measures,
  stepMeasures,
  validationMeasures,
} from '../event-measures.ts';
import type { LogFile, LogFolder } from '../log-file.ts';
import { type LogOptions, stepFilter } from '../log-options.ts';
import { positions } from '../log-position.ts';
import type { LogSink } from '../log-sink.ts';
import { type BoardEvent, encodeEvent } from './event-message.ts';
import { encodeRecord } from './record.ts';

export interface TensorBoardLogOptions extends Pick<LogOptions, 'everySteps'> {
  /** Markdown that TensorBoard shows under `description`, such as the configuration of the run. */
  readonly description?: string;
}

/**
 * Event files that TensorBoard reads, in `folder`, which is one run of TensorBoard; the warm-up of a method is the run `warm-up` in
 * it. Tags are `train/..` for steps, `epoch/..` for means over the batches of an epoch, `validation/..`, and `gradient-norm/..` and
 * `dead-units/..` of the monitors; the step is the number of updates made in the stage. Each stage of each process writes a file of its
 * own, `events.out.tfevents.TIME.HOST`, record by record, so that a killed run leaves what it had measured. A resumed run tells
 * TensorBoard to forget the steps after the one that it is resumed at.
 */
export function tensorBoardLog(folder: LogFolder, options: TensorBoardLogOptions = {}): LogSink {
  const isWritten = stepFilter(options.everySteps);
  const positionOf = positions();
  let file: LogFile | undefined;
  const write = async (...events: readonly BoardEvent[]): Promise<void> => {
    for (const event of events) await file!.append(encodeRecord(encodeEvent(event, Date.now() / 1000)));
  };
  return {
    name: 'TensorBoard',
    async write(event) {
      const updates = positionOf(event)?.updates ?? 0;
      if (event.type === 'start') {
        await file?.close();
        file = await newFile(folder, event.stage);
        await write({ type: 'version' }, { type: 'start', step: updates + 1 });
        if (options.description !== undefined) {
          await write({ type: 'text', step: 0, tag: 'description', text: options.description });
        }
        return;
      }
      if (event.type === 'step' && !isWritten(updates)) return;
      const values = tagged(event);
      if (values.length > 0) await write({ type: 'scalars', step: updates, values });
    },
    close: async () => file?.close(),
  };
}

function tagged(event: TrainingEvent): Measures {
  const under = (group: string, measures: Measures): Measures =>
    measures.map(([name, value]) => [`${group}/${name}`, value] as const);
  switch (event.type) {
    case 'step':
      return under('train', stepMeasures(event));
    case 'epoch':
      return under('epoch', epochMeasures(event));
    case 'evaluation':
      return under('validation', validationMeasures(event.metrics));
    case 'gradient-norm':
      return under(event.type, gradientNormMeasures(event));
    case 'dead-units':
      return under(event.type, deadUnitsMeasures(event));
    default:
      return [];
  }
}

/** TensorBoard reads files in the order of their names and never goes back, so that each must be a second later than the last. */
async function newFile(folder: LogFolder, stage: StageName): Promise<LogFile> {
  const place = stage === 'main' ? '' : `${stage}/`;
  const host = folder.host.replaceAll(/[^A-Za-z0-9.-]/g, '-');
  for (let second = Math.floor(Date.now() / 1000); ; second++) {
    const file = folder.file(`${place}events.out.tfevents.${String(second).padStart(10, '0')}.${host}`);
    if ((await file.read()) === undefined) return file;
  }
}
