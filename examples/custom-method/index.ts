import { createOrtBackend } from 'kd-backend-ort';
import { prngKey, splitKey } from 'kd-core';
import { createLoader, digits, stratifiedSplit } from 'kd-data';
import { resnet } from 'kd-models';
import { cosine, crossEntropy, evaluate, hinton, type Method, runTraining, sgd, sum, weight } from 'kd-train';
import { channelWise } from './channel-wise.ts';

const [splitting, shuffling, teacherInit, studentInit] = splitKey(prngKey(7), 4);
const { train, test } = stratifiedSplit(digits(), { fractions: { train: 0.7, test: 0.3 }, key: splitting! });
const source = createLoader({ dataset: train, batchSize: 64, key: shuffling!, dropLast: true });
const testSource = createLoader({ dataset: test, batchSize: test.length, key: shuffling!, shuffle: false });

const shape = { classes: 10, inputShape: [8, 8, 1] as const };
const large = resnet({ depth: 8, ...shape });
const small = resnet({ depth: 8, widths: [4, 4, 6, 8], ...shape });

const backend = await createOrtBackend();
const optimizer = sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 });
const recipe = { backend, source, optimizer, learningRate: cosine({ initial: 0.1 }) };
const teacher = await runTraining({
  ...recipe,
  student: large,
  method: crossEntropy(),
  epochs: 6,
  key: teacherInit!,
});

// A method of your own stands beside those of the package. Its weight was chosen on images held out of training.
const methods: Record<string, Method> = {
  'labels only': crossEntropy(),
  'with hinton': sum([weight(0.1, crossEntropy()), weight(0.9, hinton({ temperature: 4 }))]),
  'with your method': sum([crossEntropy(), weight(1, channelWise())]),
};
for (const [name, method] of Object.entries(methods)) {
  const { variables } = await runTraining({
    ...recipe,
    student: small,
    teachers: [{ model: large, variables: teacher.variables }],
    method,
    epochs: 8,
    key: studentInit!,
  });
  const { metrics } = await evaluate({ backend, model: small, variables, source: testSource });
  console.log(`${name.padEnd(16)}  top-1 ${metrics.top1.toFixed(3)}  NLL ${metrics.nll.toFixed(3)}`);
}
await backend.dispose();
