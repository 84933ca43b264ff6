import {
  mul,
  type Scalar,
  scalar,
  sub,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { type HostTensor, prngKey, randomNormal, type Tree, treeMap, valueAndGradient } from 'kd-core';
import type { Method, MethodContext, MethodShapes, NetworkOutput, NetworkShapes } from '../methods/method.ts';
import { scheduleTime } from '../schedules/schedule.ts';

export const toTensor = (leaf: HostTensor): Tensor => tensor(leaf.data, [...leaf.shape]);

/** What networks of `shapes` might give: random taps, logits of 0, at step 0. `method` starts with `init`. */
export function randomContext(method: Method, shapes: MethodShapes, batch: number): MethodContext {
  const { params, state } = method.init(prngKey(7), shapes);
  const at = scheduleTime(0, { stepsPerEpoch: 1, totalSteps: 1 });
  return {
    student: randomOutput(shapes.student, batch, 1),
    teachers: shapes.teachers.map((teacher, index) => randomOutput(teacher, batch, 100 * (index + 1))),
    labels: tensor1d(new Int32Array(batch), 'int32'),
    indices: tensor1d(new Int32Array(batch), 'int32'),
    views: {},
    draws: {},
    scalars: Object.fromEntries(
      Object.entries(method.scalars).map(([name, schedule]) => [name, scalar(schedule(at))]),
    ),
    variables: { params: treeMap(params, toTensor), state: treeMap(state, toTensor) },
  };
}

function randomOutput({ classes, taps }: NetworkShapes, batch: number, seed: number): NetworkOutput {
  return {
    logits: tensor2d(new Float32Array(classes * batch), [batch, classes]),
    taps: Object.fromEntries(
      Object.entries(taps).map(([tap, shape], index) => [
        tap,
        toTensor(randomNormal(prngKey(seed + index), [batch, ...shape])),
      ]),
    ),
  };
}

/** The loss, and its gradient by the taps of the student and of the first teacher. */
export function tapGradients(
  method: Method,
  context: MethodContext,
): { loss: number; student: Record<string, number[]>; teacher: Record<string, number[]> } {
  const [teacher] = context.teachers as [NetworkOutput];
  const { value, gradient } = valueAndGradient(
    (taps: { student: Record<string, Tensor>; teacher: Record<string, Tensor> }) => ({
      value: method.loss({
        ...context,
        student: { ...context.student, taps: taps.student },
        teachers: [{ ...teacher, taps: taps.teacher }],
      }).total,
      aux: [],
    }),
    { student: { ...context.student.taps }, teacher: { ...teacher.taps } },
  );
  const numbers = (taps: Record<string, Tensor>): Record<string, number[]> =>
    Object.fromEntries(Object.entries(taps).map(([tap, each]) => [tap, Array.from(each.dataSync())]));
  return {
    loss: value.dataSync()[0]!,
    student: numbers(gradient.student),
    teacher: numbers(gradient.teacher),
  };
}

/** The loss before and after one step of the method's own parameters down their gradient. */
export function descend(
  method: Method,
  context: MethodContext,
  rate: number,
): [before: number, after: number] {
  const { params, state } = context.variables;
  const lossOf = (given: Tree<Tensor>): Scalar =>
    method.loss({ ...context, variables: { params: given, state } }).total;
  const { value, gradient } = valueAndGradient(
    (given: Tree<Tensor>) => ({ value: lossOf(given), aux: [] }),
    params,
  );
  const slopes: Tensor[] = [];
  treeMap(gradient, (slope: Tensor) => slopes.push(slope));
  let leaf = 0;
  const moved = treeMap(params, (each: Tensor) => {
    const slope = slopes[leaf]!;
    leaf += 1;
    return sub(each, mul(slope, rate));
  });
  return [value.dataSync()[0]!, lossOf(moved).dataSync()[0]!];
}
