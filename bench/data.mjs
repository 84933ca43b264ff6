// How fast batches are made, and whether training waits for them. See README.md.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAugmentation } from './data/augmentation.mjs';
import { openCifar } from './data/cifar.mjs';
import { measureDecoding } from './data/decoding.mjs';
import { measureLoading } from './data/loading.mjs';
import { openPyTorchSide } from './data/pytorch-side.mjs';
import { measureWaiting } from './data/waiting.mjs';
import { findPythonWithTorch } from './lib/find-python.mjs';

const usage = `usage: pnpm bench data [options]

  --only PART     loading, augmentation, decoding or waiting; may be given several times
  --rounds N      turns of each contender (default 3)
  --python PATH   an interpreter that can import torch (default python3, then /usr/bin/python3)`;

const parts = ['loading', 'augmentation', 'decoding', 'waiting'];
/** Other work on the same cores makes times that are not to be trusted. */
const busyLoad = 0.5;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: parts },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (values.help || !(rounds >= 1) || values.only.some((part) => !parts.includes(part))) {
  console.log(usage);
  process.exit(values.help ? 0 : 1);
}
const [load] = loadavg();
if (load > busyLoad) {
  console.error(
    `The load average is ${load.toFixed(2)}: other work runs here, and times are not to be trusted.`,
  );
}

const cifar = await openCifar();
console.log(cifar.description);
const python = findPythonWithTorch(
  values.python === undefined ? ['python3', '/usr/bin/python3'] : [values.python],
);
const torch = python === undefined ? undefined : await openPyTorchSide(python, cifar);
console.log(torch === undefined ? 'PyTorch is left out: no interpreter can import it.' : torch.description);
try {
  if (values.only.includes('loading')) await measureLoading(cifar, torch, rounds);
  if (values.only.includes('augmentation')) await measureAugmentation(rounds);
  if (values.only.includes('decoding')) await measureDecoding(cifar, torch, rounds);
  if (values.only.includes('waiting')) await measureWaiting(cifar);
} finally {
  await torch?.stop();
}
