import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tfjsCpu } from 'kd-backend-tfjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-parity-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
}

async function run(...args: string[]): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = [];
  const status = await runCommand(args, { backends: [tfjsCpu], print: (line) => lines.push(line) });
  return { status, lines };
}

const row = (...data: number[]): object => ({ dtype: 'float32', shape: [1, data.length], data });

/** Softmax of the student 3/4, 1/4 and of the teacher 1/2, 1/2: KL = ln(4/3) / 2, gradient q - p. */
const kd = {
  kind: 'loss',
  name: 'kd',
  cases: [
    {
      case: 'by_hand',
      hyper: { T: 1 },
      inputs: { y_s: row(Math.log(3), 0), y_t: row(0, 0) },
      loss: Math.log(4 / 3) / 2,
      grads: { y_s: row(0.25, -0.25) },
    },
  ],
};

/** Two samples of two classes, one right and sure at 3/4, one wrong at 3/4. */
const classification = {
  kind: 'metric',
  name: 'classification',
  cases: [
    {
      case: 'by_hand',
      bins: 2,
      inputs: {
        logits: { dtype: 'float32', shape: [2, 2], data: [Math.log(3), 0, Math.log(3), 0] },
        labels: { dtype: 'int32', shape: [2], data: [0, 1] },
      },
      expected: {
        top1_percent: 50,
        nll: -(Math.log(0.75) + Math.log(0.25)) / 2,
        brier: (2 * 0.0625 + 2 * 0.5625) / 2,
        ece: 0.25,
        mce: 0.25,
        mean_confidence: 0.75,
        bins: [
          { count: 0, accuracy: 0, confidence: 0 },
          { count: 2, accuracy: 0.5, confidence: 0.75 },
        ],
        other: 1,
      },
    },
  ],
  tolerance: { abs: 1e-6 },
};

const schedule = {
  kind: 'metric',
  name: 'lr_schedule',
  cases: [
    {
      case: 'by_hand',
      hyper: { lr: 1, decay_epochs: [2], rate: 0.5, epochs: 3 },
      expected: {
        changes: [
          { epoch: 1, lr: 1 },
          { epoch: 3, lr: 0.5 },
        ],
        last: 0.5,
      },
    },
  ],
};

test('a folder whose cases all agree gives status 0 and the totals last', async () => {
  await write('losses/kd.json', kd);
  await write('metrics/classification.json', classification);
  await write('metrics/lr_schedule.json', schedule);
  const { status, lines } = await run(folder);
  expect(lines[0]).toMatch(/^losses\/kd\/by_hand {2}abs \d\.\d+e-\d+ {2}rel \d\.\d+e-\d+ {2}pass$/);
  expect(lines[1]).toMatch(/^metrics\/classification\/by_hand .* pass {2}\(not offered: other\)$/);
  expect(lines.slice(2)).toEqual([
    'metrics/lr_schedule/by_hand  abs 0.00e+0  rel 0.00e+0  pass',
    '3 passed, 0 failed',
  ]);
  expect(status).toBe(0);
});

test('a value that disagrees is one FAIL line that names it', async () => {
  const wrong = structuredClone(kd);
  wrong.cases[0]!.grads.y_s = row(0.25, -0.26);
  await write('losses/kd.json', wrong);
  const shortSchedule = structuredClone(schedule);
  shortSchedule.cases[0]!.expected.changes.pop();
  await write('metrics/lr_schedule.json', shortSchedule);
  const { status, lines } = await run(folder);
  expect(lines[0]).toMatch(/FAIL {2}\(gradient of y_s: got -0\.25 instead of -0\.26 at 1, .* allowed\)$/);
  expect(lines[1]).toMatch(/FAIL {2}\(changes: 4 values instead of 2\)$/);
  expect(lines.at(-1)).toBe('0 passed, 2 failed');
  expect(status).toBe(1);
});

test('what is malformed or unknown fails in one line each and stops nothing', async () => {
  await write('losses/broken.json', '{"kind": "loss", ');
  await write('losses/empty.json', { kind: 'loss', name: 'kd' });
  await write('losses/kd.json', kd);
  await write('losses/new.json', { kind: 'loss', name: 'toString', cases: [{ case: 'a' }, { case: 'b' }] });
  await write('models/lost.json', {
    kind: 'model',
    build: { family: 'resnet', depth: 8, filters: [1, 1, 1, 1], block: 'basicblock', classes: 2 },
    input: { dtype: 'float32', shape: [1, 1, 4, 4], data: Array(16).fill(0) },
    weights: 'lost.safetensors',
  });
  await write('models/other.json', { kind: 'surprise' });
  const { status, lines } = await run(folder);
  expect(lines).toEqual([
    expect.stringMatching(/^losses\/broken .*FAIL {2}\(run: not JSON/),
    expect.stringMatching(/^losses\/empty .*FAIL {2}\(run: fixture\.cases must be a list/),
    expect.stringMatching(/^losses\/kd\/by_hand .*pass$/),
    expect.stringMatching(/^losses\/new\/a {2}unsupported/),
    expect.stringMatching(/^losses\/new\/b {2}unsupported/),
    expect.stringMatching(/^models\/lost .*FAIL {2}\(run: cannot read 'lost\.safetensors'/),
    expect.stringMatching(/^models\/other {2}unsupported/),
    '1 passed, 6 failed',
  ]);
  expect(status).toBe(1);
});

test('the filter chooses cases, and choosing none is no success', async () => {
  await write('losses/kd.json', kd);
  await write('metrics/lr_schedule.json', schedule);
  await write('losses/kd_total.json', { kind: 'loss', name: 'kd_total', cases: [{ case: 'only' }] });
  const chosen = async (filter: string): Promise<string[]> =>
    (await run(folder, '--filter', filter)).lines.slice(0, -1).map((line) => line.split(' ')[0]!);
  expect(await chosen('kd')).toEqual(['losses/kd/by_hand']);
  expect(await chosen('losses/kd')).toEqual(['losses/kd/by_hand']);
  expect(await chosen('by_hand')).toEqual(['losses/kd/by_hand', 'metrics/lr_schedule/by_hand']);
  expect(await chosen('_tot')).toEqual(['losses/kd_total/only']);
  expect(await run(folder, '--filter', 'nothing')).toMatchObject({ status: 1 });
});

test.each([
  [[], /exactly one folder.*Usage/],
  [['DIR', '--colour'], /--colour.*Usage/s],
  [['DIR', '--backend', 'abacus'], /no backend 'abacus'; known: tfjs-cpu/],
])('wrong usage %o is refused with the way out', async (args, message) => {
  const { status, lines } = await run(...args.map((argument) => (argument === 'DIR' ? folder : argument)));
  expect(status).toBe(2);
  expect(lines.join(' ')).toMatch(message);
});

test('a folder without fixtures is refused', async () => {
  const { status, lines } = await run(folder);
  expect(status).toBe(2);
  expect(lines[0]).toMatch(/none of the folders losses, models, trajectory, metrics/);
});
