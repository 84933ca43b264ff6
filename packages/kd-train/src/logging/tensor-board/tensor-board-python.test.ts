import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type TrainingEvent, tensorBoardLog } from '../../index.ts';
import { logFolder } from '../../node.ts';
import { endEvent, epochEvent, evaluationEvent, startEvent, stepEvent } from '../../testing/events.ts';

const python = process.env.KD_PYTHON ?? 'python3';
const script = resolve(import.meta.dirname, '../../../../../bench/tensorboard/read-events.py');
const isInstalled = spawnSync(python, ['-c', 'import tensorboard'], { stdio: 'ignore' }).status === 0;
const reason = isInstalled
  ? ''
  : ` (skipped: '${python}' has no package tensorboard; KD_PYTHON names another interpreter)`;

it.skipIf(!isInstalled)(
  `TensorBoard reads what was logged, once a step after a resumption${reason}`,
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kd-tensor-board-'));
    const write = async (...events: readonly TrainingEvent[]): Promise<void> => {
      const sink = tensorBoardLog(logFolder(folder), { description: '# resnet56 to resnet8' });
      for (const event of events) await sink.write(event);
      // Without `close`, as when the process is killed.
    };
    await write(
      startEvent(),
      stepEvent(0),
      stepEvent(1),
      evaluationEvent(0),
      epochEvent(0),
      stepEvent(2),
      stepEvent(3),
    );
    // From the checkpoint after two steps on; the losses are others, so that it shows which are read.
    const resumed = { loss: 1.5 };
    await write(
      startEvent(2, { resumedFrom: 'step-2' }),
      stepEvent(2, resumed),
      stepEvent(3, resumed),
      epochEvent(1),
      endEvent(4),
    );

    const read = JSON.parse(execFileSync(python, [script, folder], { encoding: 'utf8', stdio: 'pipe' })) as {
      scalars: Record<string, [number, number][]>;
      texts: Record<string, [number, string][]>;
    };
    expect(read.scalars['train/loss']).toEqual([
      [1, 10],
      [2, 9],
      [3, 1.5],
      [4, 1.5],
    ]);
    expect(read.scalars['validation/top1']).toEqual([[2, 0.75]]);
    expect(read.scalars['epoch/loss']).toEqual([
      [2, 2.5],
      [4, 2.5],
    ]);
    expect(read.scalars['train/scalars/temperature']).toHaveLength(4);
    expect(read.texts.description!.at(-1)).toEqual([0, '# resnet56 to resnet8']);
    await rm(folder, { recursive: true });
  },
);
