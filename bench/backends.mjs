// The training step of resnet20 on every backend that can run here, against ort-cpu. See README.md.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ortCpu, ortWasm, ortWebgpu } from 'kd-backend-ort';
import { tfjsCpu, tfjsCuda, tfjsNode, tfjsWasm, tfjsWebgpu } from 'kd-backend-tfjs';
import { decodeSafetensors } from 'kd-core';
import { median } from './lib/statistics.mjs';
import { openCase } from './step/open-case.mjs';
import { writeStartFile } from './step/start-file.mjs';

const providers = [ortCpu, ortWasm, ortWebgpu, tfjsCuda, tfjsNode, tfjsWebgpu, tfjsWasm, tfjsCpu];
const wanted = process.argv.slice(2);
const rounds = 5;
/** Milliseconds; of what took longer in its first step, that step is the measure. */
const patience = 8000;

const contestants = [];
for (const provider of providers.filter(
  ({ id }) => id === ortCpu.id || !wanted.length || wanted.includes(id),
)) {
  const { available, reason } = await provider.probe();
  if (!available) console.log(`${provider.id.padEnd(12)} not here: ${reason}`);
  else contestants.push(await open(provider));
}

// Side by side, so that all see the same of whatever else the machine does.
for (let round = 0; round < rounds; round++) {
  for (const each of contestants) {
    if (each.first > patience) continue;
    each.times.push(await timed(each.step));
  }
}

const reference = median(contestants[0].times);
for (const { id, device, first, times } of contestants) {
  const time = times.length === 0 ? first : median(times);
  console.log(
    `${id.padEnd(12)} ${time.toFixed(0).padStart(7)} ms  ${(time / reference).toFixed(1).padStart(5)} x ` +
      `(first step ${first.toFixed(0)} ms, ${times.length} more; ${device.name}, ${device.threads} threads)`,
  );
}
for (const { close } of contestants) await close();

async function open(provider) {
  const backend = await provider.create();
  const { step, dispose } = await openCase(backend, await startOf('resnet20'));
  const close = async () => {
    await dispose();
    await backend.dispose();
  };
  return { id: provider.id, device: backend.device, step, close, first: await timed(step), times: [] };
}

async function startOf(student) {
  const folder = await mkdtemp(join(tmpdir(), 'kd-bench-'));
  try {
    const file = join(folder, 'start.safetensors');
    await writeStartFile(file, { kind: 'student', student });
    return decodeSafetensors(await readFile(file));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function timed(step) {
  const begin = performance.now();
  await step();
  return performance.now() - begin;
}
