import { createOrtBackend, describeOnnx, onnxModel } from 'kd-backend-ort';
import { prngKey, splitKey } from 'kd-core';
import { createLoader, digits, stratifiedSplit } from 'kd-data';
import { resnet } from 'kd-models';
import {
  attentionTransfer,
  cosine,
  crossEntropy,
  evaluate,
  hinton,
  runTraining,
  sgd,
  sum,
  weight,
} from 'kd-train';
import { makeTeacher, preprocessing } from './make-teacher.ts';

const [splitting, shuffling, studentInit] = splitKey(prngKey(7), 3);
const { train, test } = stratifiedSplit(digits(), { fractions: { train: 0.7, test: 0.3 }, key: splitting! });
const trainSource = createLoader({ dataset: train, batchSize: 64, key: shuffling!, dropLast: true });
const testSource = createLoader({ dataset: test, batchSize: 64, key: shuffling!, shuffle: false });
const backend = await createOrtBackend();

// 1. A file that somebody gave us.
await makeTeacher('teacher.onnx', train, backend);

// 2. What is in it? Any value inside can be a tap; these are the ones worth a look.
const { inputs, outputs, parameters, taps } = await describeOnnx('teacher.onnx');
for (const { name, dtype, shape } of [...inputs, ...outputs]) {
  console.log(`teacher.onnx: '${name}' is ${dtype} [${shape?.join(', ')}]`);
}
const lastMap = taps.findLast(({ operator }) => operator === 'Relu')!;
console.log(
  `teacher.onnx: ${parameters} parameters; the last of ${taps.length} features is '${lastMap.tensor}'`,
);

// 3. It runs in a session of its own, whatever its layout; the loader's pixels from 0 to 1 become what it was trained on.
const teacher = await onnxModel('teacher.onnx', { taps: { last: lastMap.tensor }, preprocessing });
const taught = await evaluate({ model: teacher, source: testSource });
console.log(
  `teacher: top-1 ${taught.metrics.top1.toFixed(3)}, tap 'last' [${teacher.taps.last?.join(', ')}]`,
);

// 4. A student with 1/36 of its parameters learns from its answers, and from where it looks.
const student = resnet({ depth: 8, widths: [4, 4, 6, 8], classes: 10, inputShape: [8, 8, 1] });
const { variables } = await runTraining(
  {
    backend,
    student,
    teachers: [teacher],
    method: sum([
      weight(0.1, crossEntropy()),
      weight(0.9, hinton({ temperature: 4 })),
      weight(100, attentionTransfer({ pairs: [{ student: 'stage3', teacher: 'last' }] })),
    ]),
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
    learningRate: cosine({ initial: 0.1 }),
    source: trainSource,
    epochs: 12,
    key: studentInit!,
  },
  {
    epoch: ({ epoch, loss, accuracy }) =>
      console.log(`epoch ${epoch + 1}  loss ${loss.toFixed(3)}  accuracy ${accuracy.toFixed(3)}`),
  },
);
const { metrics } = await evaluate({ backend, model: student, variables, source: testSource });
console.log(`student: top-1 ${metrics.top1.toFixed(3)}`);

// Who opens a model disposes it.
await teacher.dispose();
await backend.dispose();
