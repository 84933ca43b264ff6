// Our side of a case: answers requests on stdin with times on stdout, as JSON lines, in the same way as
// pytorch/side.py. Arguments: START_FILE THREADS.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createOrtBackend } from 'kd-backend-ort';
import { decodeSafetensors } from 'kd-core';
import { measureSessions } from '../lib/measure-sessions.mjs';
import { peakMemory } from '../lib/peak-memory.mjs';
import { openCase } from './open-case.mjs';

const [startFile, threads] = process.argv.slice(2);
const backend = await createOrtBackend({ threads: Number(threads) });
const sessions = measureSessions();
const { step, dispose } = await openCase(backend, decodeSafetensors(readFileSync(startFile)));

// What set-up leaves behind is not the step's; CPython has freed its own by now.
globalThis.gc();
const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const { device } = backend;
answer({ description: `ONNX Runtime, ${device.name}, ${device.threads} threads` });

let compilation;
for await (const line of createInterface({ input: process.stdin })) {
  const milliseconds = [];
  const overhead = [];
  const values = [];
  for (let remaining = JSON.parse(line).steps; remaining > 0; remaining--) {
    const before = sessions();
    const begin = performance.now();
    values.push(await step());
    const elapsed = performance.now() - begin;
    const { runMs, createMs } = sessions();
    const outside = elapsed - (runMs - before.runMs) - (createMs - before.createMs);
    // The first step compiles: what it does besides running and building the session is tracing.
    compilation ??= { traceMs: outside, sessionMs: createMs - before.createMs };
    milliseconds.push(elapsed);
    overhead.push(outside);
  }
  answer({ milliseconds, overhead, values, compilation, peakMegabytes: peakMemory() });
}
await dispose();
await backend.dispose();
