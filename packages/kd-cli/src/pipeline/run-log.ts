import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import { csvLog, type LogSink, metricsLog, tensorBoardLog } from 'kd-train';
import { logFile, logFolder } from 'kd-train/node';
import type { LoggingConfig } from '../config/logging-config.ts';

/** What is written of the trainings of a run while they go on. */
export interface RunLog {
  /** Those of the training of one network. Trainings of a run come one after the other. */
  sinks(network: string): readonly LogSink[];
}

export interface RunLogOptions {
  readonly logging?: LoggingConfig | undefined;
  /** Whether logs that are there are those of this run. Otherwise they are removed. */
  readonly resume: boolean;
  /** Of the run, which TensorBoard shows beside the curves. */
  readonly configuration?: object;
}

/** Logs in the folder `path`: `metrics.jsonl`, `metrics.csv` and `tensorboard`, where each network is a run. */
export async function openRunLog(
  path: string,
  { logging: { csv = true, tensorBoard = true, everySteps = 1 } = {}, resume, configuration }: RunLogOptions,
): Promise<RunLog> {
  const places = { lines: join(path, 'metrics.jsonl'), table: join(path, 'metrics.csv') };
  if (!resume) await Promise.all(Object.values(places).map(removeLog));
  return {
    sinks: (network) => [
      metricsLog(logFile(places.lines), { network, everySteps }),
      ...(csv ? [csvLog(logFile(places.table), { network })] : []),
      ...(tensorBoard
        ? [
            tensorBoardLog(logFolder(join(path, 'tensorboard', folderName(network))), {
              everySteps,
              ...(configuration !== undefined && { description: jsonBlock(configuration) }),
            }),
          ]
        : []),
    ],
  };
}

function jsonBlock(value: object): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}

/** `student alone, seed 1` as a folder: `student-alone-seed-1`. */
function folderName(network: string): string {
  return network.replaceAll(/[^A-Za-z0-9]+/g, '-');
}

async function removeLog(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new KdError('STORAGE', `${path} cannot be removed (${code}). Remove it or choose another folder.`, {
      cause,
    });
  }
}
