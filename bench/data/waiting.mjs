import { createOrtBackend } from 'kd-backend-ort';
import { prngKey } from 'kd-core';
import { resnet } from 'kd-models';
import { crossEntropy, sgd, train } from 'kd-train';
import { batchSize, cifarLoader } from './loading.mjs';

const steps = 60;
/** Compilation, and what the compiler of JavaScript still makes faster. */
const warmUp = 10;

/** Trains resnet8 and tells which share of the steps' time is spent waiting for batches. */
export async function measureWaiting({ dataset }) {
  console.log(`\nTraining of resnet8 on ort-cpu, batches of ${batchSize}, ${steps - warmUp} steps`);
  for (const workers of [0, 1, 2]) {
    const backend = await createOrtBackend();
    const source = await cifarLoader(dataset, workers);
    const totals = { milliseconds: 0, waitMilliseconds: 0, dataMilliseconds: 0 };
    const options = {
      backend,
      student: resnet({ depth: 8, classes: dataset.classes, inputShape: dataset.inputShape }),
      method: crossEntropy(),
      optimizer: sgd({ momentum: 0.9 }),
      learningRate: 0.05,
      source,
      steps,
      key: prngKey(0),
    };
    for await (const event of train(options)) {
      if (event.type !== 'step' || event.step < warmUp) continue;
      for (const name of Object.keys(totals)) totals[name] += event[name];
    }
    await source.dispose();
    await backend.dispose();
    const name = workers === 0 ? 'in the main thread' : `${workers} worker${workers === 1 ? '' : 's'}`;
    const mean = (total) => (total / (steps - warmUp)).toFixed(2);
    const share = ((100 * totals.waitMilliseconds) / totals.milliseconds).toFixed(2);
    console.log(
      `  batches made ${name.padEnd(20)} ${mean(totals.milliseconds)} ms a step, of which ${share} % waiting; a batch takes ${mean(totals.dataMilliseconds)} ms beside it`,
    );
  }
}
