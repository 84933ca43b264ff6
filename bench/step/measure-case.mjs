import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Side } from '../lib/side.mjs';
import { median, minimum } from '../lib/statistics.mjs';
import { requireAgreement } from './agreement.mjs';
import { operationsOf } from './cases.mjs';
import { writeStartFile } from './start-file.mjs';

const OUR_SCRIPT = fileURLToPath(new URL('./ort-cpu.mjs', import.meta.url));
const PYTORCH_SCRIPT = fileURLToPath(new URL('./pytorch/side.py', import.meta.url));
const LAYOUTS = ['contiguous', 'channels_last'];
/** Turns and steps that decide between PyTorch's memory formats. */
const TRIAL = { rounds: 3, steps: 2, warmUp: 2 };

/**
 * Times one case on both sides, each in a process of its own. `python` undefined leaves PyTorch out.
 * Throws when the sides do not compute the same.
 */
export async function measureCase(benchmark, python, options) {
  const folder = await mkdtemp(join(tmpdir(), 'kd-bench-'));
  try {
    const startFile = join(folder, 'start.safetensors');
    await writeStartFile(startFile, benchmark);
    const torchSide = (layout) =>
      new Side('PyTorch', python, ['-B', PYTORCH_SCRIPT, startFile, String(options.threads), layout]);
    const ourSide = () =>
      new Side('ort-cpu', process.execPath, ['--expose-gc', OUR_SCRIPT, startFile, String(options.threads)]);
    if (python === undefined) {
      const [ours] = await takeTurns([ourSide], options);
      return summary(benchmark, ours, undefined, undefined);
    }
    const layout = options.layout === 'auto' ? await fasterLayout(torchSide) : options.layout;
    const [ours, torch] = await takeTurns([ourSide, () => torchSide(layout)], options);
    return summary(benchmark, ours, torch, layout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function fasterLayout(torchSide) {
  const results = await takeTurns(
    LAYOUTS.map((layout) => () => torchSide(layout)),
    TRIAL,
  );
  const times = results.map(({ rounds }) => median(rounds.flat()));
  return LAYOUTS[times.indexOf(minimum(times))];
}

/**
 * Starts the sides one after the other: each compiles and warms up on a machine that is as quiet as it will be. The order
 * of turns changes from round to round, so that no side always goes first. Stops the sides in the end.
 */
async function takeTurns(starts, { rounds, steps, warmUp }) {
  const sides = [];
  try {
    const results = [];
    for (const start of starts) {
      const side = start();
      sides.push(side);
      const description = await side.ready();
      const first = await side.run(warmUp);
      results.push({ description, firstValues: first.values, rounds: [], overhead: [], last: first });
    }
    for (let round = 0; round < rounds; round++) {
      const order = sides.map((_, index) => index);
      for (const index of round % 2 === 0 ? order : order.reverse()) {
        const turn = await sides[index].run(steps);
        const result = results[index];
        result.rounds.push(turn.milliseconds);
        result.overhead.push(...(turn.overhead ?? []));
        result.last = turn;
      }
    }
    return results;
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}

function summary(benchmark, ours, torch, layout) {
  const operations = operationsOf(benchmark);
  const timesOf = (side) => {
    const ms = median(side.rounds.flat());
    return { ms, minimumMs: minimum(side.rounds.flat()), gflops: operations / ms / 1e6 };
  };
  const our = timesOf(ours);
  const result = {
    ...benchmark,
    oursMs: our.ms,
    torchMs: null,
    ratio: null,
    oursMinimumMs: our.minimumMs,
    oursGflops: our.gflops,
    oursPeakMb: ours.last.peakMegabytes,
    ...ours.last.compilation,
    overheadMs: median(ours.overhead),
  };
  if (torch === undefined) return result;
  const their = timesOf(torch);
  const ratios = ours.rounds.map((round, index) => median(round) / median(torch.rounds[index]));
  return {
    ...result,
    torchMs: their.ms,
    ratio: our.ms / their.ms,
    ratioOfRounds: { lowest: Math.min(...ratios), median: median(ratios), highest: Math.max(...ratios) },
    torchMinimumMs: their.minimumMs,
    torchGflops: their.gflops,
    torchPeakMb: torch.last.peakMegabytes,
    torchLayout: layout,
    torchVersion: torch.description,
    difference: requireAgreement(benchmark, ours.firstValues, torch.firstValues),
  };
}
