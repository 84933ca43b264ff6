// One compiled training step of resnet20 on ONNX Runtime against the same step of PyTorch. See README.md.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPythonWithTorch } from './lib/find-python.mjs';
import { Side } from './lib/side.mjs';
import { readOptions } from './step/read-options.mjs';
import { report } from './step/report.mjs';
import { settings, student } from './step/settings.mjs';
import { writeStartFile } from './step/start-file.mjs';

/** PyTorch's OpenMP threads wait for each other actively and lose far more than ORT's when cores are shared. */
const busyLoad = 0.5;

const options = readOptions();
const folder = await mkdtemp(join(tmpdir(), 'kd-bench-'));
const sides = [];
try {
  const startFile = join(folder, 'start.safetensors');
  await writeStartFile(startFile);
  sides.push(...startSides(startFile));
  describeWork();
  for (const side of sides) console.log(`${side.name}: ${await side.ready()}`);

  const warmUps = [];
  for (const side of sides) warmUps.push(await side.run(options.warmUp));
  const rounds = await interleave();
  report({ names: sides.map(({ name }) => name), warmUps, rounds });
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ settings, options, warmUps, rounds }, null, 2)}\n`);
  }
} finally {
  await Promise.all(sides.map((side) => side.stop()));
  await rm(folder, { recursive: true });
}

function startSides(startFile) {
  const scripts = {
    ortCpu: fileURLToPath(new URL('./step/ort-cpu.mjs', import.meta.url)),
    pytorch: fileURLToPath(new URL('./step/pytorch.py', import.meta.url)),
  };
  const sideArguments = [startFile, String(options.threads)];
  const compiled = new Side('ort-cpu', process.execPath, [scripts.ortCpu, ...sideArguments]);
  const python = findPythonWithTorch(options.pythons);
  if (python !== undefined) {
    return [compiled, new Side('PyTorch', python, [scripts.pytorch, ...sideArguments])];
  }
  console.log(
    `PyTorch is left out: no torch in ${options.pythons.join(' or ')}. Install it (Debian: apt-get install python3-torch) or name an interpreter with --python.`,
  );
  return [compiled];
}

function describeWork() {
  const { parameters } = student.summary();
  const { batchSize, momentum, weightDecay } = settings;
  console.log(
    `${student.name} (${parameters} parameters), batch ${batchSize} of ${student.inputShape.join('x')}, ${student.classes} classes, SGD with momentum ${momentum} and weight decay ${weightDecay}`,
  );
  const [load] = loadavg();
  const advice = load > busyLoad ? ': other work runs here, so wait for it, or trust the minima only' : '';
  console.log(`Load average at the start: ${load.toFixed(2)}${advice}`);
}

/** A list by round of a list by side. The order changes from round to round, so that no side always goes first. */
async function interleave() {
  const rounds = [];
  for (let round = 0; round < options.rounds; round++) {
    const results = [];
    const order = round % 2 === 0 ? sides : sides.toReversed();
    for (const side of order) results[sides.indexOf(side)] = await side.run(options.steps);
    rounds.push(results);
  }
  return rounds;
}
