// throwaway

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import ort from 'onnxruntime-node';

const orig = ort.InferenceSession.create.bind(ort.InferenceSession);
ort.InferenceSession.create = async (b, o) => {
  const s = await orig(b, { ...o, enableProfiling: true, profileFilePrefix: '/tmp/w/prof' });
  sessions.push(s);
  return s;
};
const sessions = [];

import { createOrtBackend } from 'kd-backend-ort';
import { HostTensor, prngKey, randomNormal } from 'kd-core';
import { resnet } from 'kd-models';
import { buildTrainingStep, crossEntropy, initialTrainingState, sgd } from 'kd-train';

const student = resnet({ depth: 20, classes: 100, inputShape: [32, 32, 3] });
const p = {
  student,
  teachers: [],
  method: crossEntropy(),
  optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
};
const backend = await createOrtBackend({ threads: 2 });
const step = backend.compile(buildTrainingStep(p), { donate: ['state'] });
let state = await backend.upload(initialTrainingState(prngKey(0), p));
const batch = {
  images: randomNormal(prngKey(1), [64, 32, 32, 3]),
  labels: new HostTensor(
    Int32Array.from({ length: 64 }, (_, i) => i),
    [64],
  ),
  indices: new HostTensor(
    Int32Array.from({ length: 64 }, (_, i) => i),
    [64],
  ),
};
const ts = [];
for (let i = 0; i < 12; i++) {
  const t = performance.now();
  const r = await step({ state, teachers: [], batch, scalars: { learningRate: 0.1, method: {} } });
  state = r.state;
  ts.push(performance.now() - t);
}
console.log('ms', ts.map((t) => t.toFixed(0)).join(' '));
for (const s of sessions) s.endProfiling?.();
await backend.dispose();
const f = readdirSync('/tmp/w')
  .filter((n) => n.startsWith('prof_') || n.startsWith('prof2'))
  .sort()
  .at(-1);
const ev = JSON.parse(readFileSync('/tmp/w/' + f, 'utf8'));
const by = {};
for (const e of ev)
  if (e.cat === 'Node' && e.name.endsWith('_kernel_time')) {
    const k = e.args.op_name;
    by[k] ??= [0, 0];
    by[k][0] += e.dur;
    by[k][1]++;
  }
const rows = Object.entries(by).sort((a, b) => b[1][0] - a[1][0]);
for (const [k, [d, n]] of rows) console.log(k.padEnd(24), (d / 12000).toFixed(2), 'ms', n / 12);
console.log('total', (rows.reduce((a, r) => a + r[1][0], 0) / 12000).toFixed(1));
