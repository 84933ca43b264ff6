import { mul, type Scalar, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { ensureGradients, HostTensor, type Tree, treeLeaves, treeMap, valueAndGradient } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { onnxOperators } from './operators/index.ts';
import type { CaseTable } from './testing/cases/arbitraries.ts';
import { elementwiseCases } from './testing/cases/elementwise-cases.ts';
import { layerCases } from './testing/cases/layer-cases.ts';
import { structureCases } from './testing/cases/structure-cases.ts';
import { runInOnnxRuntime, runRecorded } from './testing/onnx-runtime.ts';
import { fileOf, hostOf, interpretation, type OperatorCase, type Reading } from './testing/operator-case.ts';

const table: CaseTable = { ...elementwiseCases, ...layerCases, ...structureCases };
const reading: fc.Arbitrary<Reading> = fc.record({ asMap: fc.boolean(), isTrained: fc.boolean() });

type Tensors = Readonly<Record<string, Tensor>>;
interface Arguments {
  readonly x: Tensor;
  readonly params: Tensors;
  readonly state: Tensors;
}

function fitting(given: OperatorCase, { asMap, isTrained }: Reading): Reading {
  return { asMap: asMap && given.operands[0]!.shape.length === 4, isTrained };
}

/** What tfjs computes at once. */
function runEagerly(given: OperatorCase, how: Reading): HostTensor[] {
  const { run, params, state } = interpretation(given, how);
  return tidy(() => {
    const x = onCpu(hostOf(given.operands[0]!));
    const results = run(x, treeMap(params, onCpu) as Tensors, treeMap(state, onCpu) as Tensors);
    return results.map((y) => new HostTensor(Float32Array.from(y.dataSync()), y.shape)) as never;
  }) as never;
}

function onCpu({ data, shape, dtype }: HostTensor): Tensor {
  return tensor(data, [...shape], dtype);
}

/** The case with every element moved by what `by` says. */
function shiftedCase(given: OperatorCase, by: (name: string, index: number) => number): OperatorCase {
  const operands = given.operands.map(
    (operand, position) =>
      operand && { ...operand, data: operand.data.map((each, index) => each + by(`x${position}`, index)) },
  );
  return { ...given, operands };
}

function expectSame(actual: readonly HostTensor[], expected: readonly HostTensor[], tolerance = 1e-5): void {
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  expected.forEach(({ data }, output) => {
    const values = Array.from(data);
    const largest = values.reduce((max, each) => Math.max(max, Math.abs(each)), 0);
    values.forEach((each, index) => {
      expect(Math.abs(actual[output]!.data[index]! - each)).toBeLessThanOrEqual(tolerance * (1 + largest));
    });
  });
}

describe('operators', () => {
  beforeAll(async () => {
    await createTfjsBackend();
    await ensureGradients();
  });

  it('have cases, every one', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(onnxOperators).sort());
  });

  it.each(Object.entries(table))('%s gives what ONNX Runtime gives', async (_, { cases }) => {
    await fc.assert(
      fc.asyncProperty(cases, reading, async (given, how) => {
        const used = fitting(given, how);
        const expected = await runInOnnxRuntime(fileOf(given), { x0: hostOf(given.operands[0]!) });
        const { run, params, state } = interpretation(given, used);
        const record = (args: Arguments): { y: Tensor[] } => ({ y: run(args.x, args.params, args.state) });
        const recorded = await runRecorded(record, { x: hostOf(given.operands[0]!), params, state });
        expectSame(recorded, expected);
        expectSame(runEagerly(given, used), expected);
      }),
      { numRuns: 10 },
    );
  });

  const smooth = Object.entries(table).filter(([, { isDifferentiable }]) => isDifferentiable);
  it.each(smooth)('%s has the gradients of ONNX Runtime by differences', async (_, { cases }) => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 1, max: 8 })),
        async (given, asMap, draws) => {
          const draw = (): number => (draws.next().value as number) / 8;
          const used = fitting(given, { asMap, isTrained: true });
          const { run, params, state } = interpretation(given, used);
          const at = { x: hostOf(given.operands[0]!), params };
          const [y] = await runInOnnxRuntime(fileOf(given), { x0: hostOf(given.operands[0]!) });
          const weights = Array.from(y!.data, draw);
          const weighted = (values: ArrayLike<number>): number =>
            Array.from(values).reduce((total, each, index) => total + each * weights[index]!, 0);

          const gradients = await runRecorded(
            ({ at: inputs, state: fixed }: { at: Omit<Arguments, 'state'>; state: Tensors }) => {
              const loss = (moved: Omit<Arguments, 'state'>): { value: Scalar; aux: [] } => {
                const [result] = run(moved.x, moved.params, fixed);
                return { value: sum<Scalar>(mul(result!, tensor(weights, [...y!.shape]))), aux: [] };
              };
              return {
                y: treeLeaves(valueAndGradient(loss as never, inputs as never).gradient as Tree<Tensor>),
              };
            },
            { at, state },
          );

          // Along one random direction of everything at once.
          const names = [...Object.keys(params).sort(), 'x0'];
          const directions = gradients.map(({ data }) =>
            Array.from(data, () => draw() * (draw() > 0.5 ? 1 : -1)),
          );
          const step = 2 ** -8;
          const moved = async (sign: number): Promise<number> => {
            const shifted = shiftedCase(given, (name, index) => {
              const direction = directions[names.indexOf(name)];
              return direction === undefined ? 0 : sign * step * direction[index]!;
            });
            const [result] = await runInOnnxRuntime(fileOf(shifted), { x0: hostOf(shifted.operands[0]!) });
            return weighted(result!.data);
          };
          const difference = ((await moved(1)) - (await moved(-1))) / (2 * step);
          const terms = gradients.flatMap(({ data }, leaf) =>
            Array.from(data, (each, index) => each * directions[leaf]![index]!),
          );
          const slope = terms.reduce((total, each) => total + each, 0);
          const scale = terms.reduce((total, each) => total + Math.abs(each), 0);
          expect(Math.abs(slope - difference)).toBeLessThanOrEqual(2e-3 * (1 + scale));
        },
      ),
      { numRuns: 5 },
    );
  });
});
