import { writeFile } from 'node:fs/promises';
import { createOrtBackend, openOnnx } from 'kd-backend-ort';
import { prngKey, splitKey } from 'kd-core';
import { createLoader, digits, stratifiedSplit } from 'kd-data';
import { exportOnnx, verifyOnnx } from 'kd-export';
import { resnet } from 'kd-models';
import { cosine, crossEntropy, evaluate, hinton, runTraining, sgd, sum, weight } from 'kd-train';

// Everything random comes from one key, so the program prints the same numbers each time.
const [splitting, shuffling, teacherInit, studentInit] = splitKey(prngKey(7), 4);

// 1. Data: 1,797 handwritten digits of 8x8 pixels, contained in kd-data.
const { train, test } = stratifiedSplit(digits(), { fractions: { train: 0.7, test: 0.3 }, key: splitting! });
const trainSource = createLoader({ dataset: train, batchSize: 64, key: shuffling!, dropLast: true });
const testSource = createLoader({ dataset: test, batchSize: test.length, key: shuffling!, shuffle: false });

// 2. Two networks: the student has 1/36 of the teacher's parameters.
const shape = { classes: 10, inputShape: [8, 8, 1] as const };
const teacher = resnet({ depth: 8, ...shape });
const student = resnet({ depth: 8, widths: [4, 4, 6, 8], ...shape });

// 3. Train the teacher on the labels, then the student on the labels and the teacher.
const backend = await createOrtBackend();
const recipe = {
  backend,
  source: trainSource,
  optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  learningRate: cosine({ initial: 0.1 }),
};
const report = (name: string) => ({
  epoch: ({ epoch, loss, accuracy }: { epoch: number; loss: number; accuracy: number }) =>
    console.log(`${name}  epoch ${epoch + 1}  loss ${loss.toFixed(3)}  accuracy ${accuracy.toFixed(3)}`),
});
const taught = await runTraining(
  { ...recipe, student: teacher, method: crossEntropy(), epochs: 6, key: teacherInit! },
  report('teacher'),
);
const learnt = await runTraining(
  {
    ...recipe,
    student,
    teachers: [{ model: teacher, variables: taught.variables }],
    method: sum([weight(0.1, crossEntropy()), weight(0.9, hinton({ temperature: 4 }))]),
    epochs: 12,
    key: studentInit!,
  },
  report('student'),
);

// 4. How good is it?
const { metrics, logits } = await evaluate({
  backend,
  model: student,
  variables: learnt.variables,
  source: testSource,
});
console.log(
  `test: top-1 ${metrics.top1.toFixed(3)}, NLL ${metrics.nll.toFixed(3)}, ECE ${metrics.ece.toFixed(3)}`,
);

// 5. Ship it: an ONNX file, checked against the network it was made from.
const file = exportOnnx({ model: student, variables: learnt.variables });
await writeFile('student.onnx', file);
const session = await openOnnx(file);
const { images } = testSource.batch(0, 0);
const check = await verifyOnnx({ session, images, expectedLogits: logits });
console.log(
  `student.onnx: ${file.length} bytes, same class for ${(100 * check.agreement).toFixed(1)} % of the test images`,
);

await session.release();
await backend.dispose();
