import { addN, mul, type Scalar, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import {
  type Backend,
  type Compiled,
  type HostTensor,
  sizeOf,
  type Tree,
  treeLeaves,
  treePaths,
  valueAndGradient,
} from 'kd-core';

/** One tfjs program and the values it runs on. */
export interface Case {
  /** Says everything that was drawn: shapes, layouts and attributes. */
  readonly name: string;
  readonly args: Readonly<Record<string, HostTensor>>;
  run(args: Readonly<Record<string, Tensor>>): Tensor | readonly Tensor[];
  /** False for programs that tfjs cannot differentiate. */
  readonly differentiable?: boolean;
  /**
   * What an error is relative to: the largest element of the tensor (the default), the element itself, or
   * the largest element of all gradients, for programs in which some gradients cancel out.
   */
  readonly relativeTo?: 'tensor' | 'element' | 'gradient';
  readonly relativeTolerance?: number;
}

const DEFAULT_TOLERANCE = 1e-4;
/** What remains of terms near 1 that cancel each other out. */
const ROUNDING = 2e-6;

/** What both backends compute for a case: the outputs and, of a random weighting of them, the gradient. */
function evaluate(each: Case, args: Record<string, Tensor>): Record<string, Tree<Tensor>> {
  const floats = Object.fromEntries(Object.entries(args).filter(([, value]) => value.dtype === 'float32'));
  if (each.differentiable === false || Object.keys(floats).length === 0) {
    return { outputs: [each.run(args)].flat() };
  }
  const { gradient, aux } = valueAndGradient((params: Record<string, Tensor>) => {
    const outputs = [each.run({ ...args, ...params })].flat();
    const weighted = outputs
      .filter((output) => output.dtype === 'float32')
      .map((output, index) => sum(mul(output, weightsOf(output.shape, index))));
    return { value: addN(weighted) as Scalar, aux: { outputs } };
  }, floats);
  return { gradient, outputs: aux.outputs };
}

/** Fixed numbers without a pattern that an error could hide behind. */
function weightsOf(shape: readonly number[], seed: number): Tensor {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, index) =>
    Math.sin(12.9898 * (index + seed) + 1),
  );
  return tensor(values, [...shape], 'float32');
}

/** All cases as one function, so that one session serves many of them. */
export function programOf(
  cases: readonly Case[],
): (args: { cases: readonly Record<string, Tensor>[] }) => { results: Tree<Tensor>[] } {
  return (args) => ({ results: cases.map((each, index) => evaluate(each, args.cases[index]!)) });
}

export async function runCases(backend: Backend, cases: readonly Case[]): Promise<Tree<HostTensor>[]> {
  const compiled = backend.compile(programOf(cases) as never, { name: 'conformance' }) as unknown as Compiled<
    object,
    object
  >;
  try {
    const results = await compiled({ cases: cases.map((each) => each.args) } as never);
    const downloaded = (await backend.download(results as never)) as { results: Tree<HostTensor>[] };
    for (const leaf of treeLeaves<{ dispose(): void }>(results as never)) leaf.dispose();
    return downloaded.results;
  } finally {
    await compiled.dispose();
  }
}

/** Throws, naming the case and the tensor, unless `actual` computes what `reference` does. */
export async function expectAgreement(
  reference: Backend,
  actual: Backend,
  cases: readonly Case[],
): Promise<void> {
  const expected = await runCases(reference, cases);
  const [difference] = differencesOf(cases, expected, await runCases(actual, cases));
  if (difference !== undefined) throw new Error(difference);
}

/** What differs beyond the tolerance of its case, in words. */
export function differencesOf(
  cases: readonly Case[],
  expected: readonly Tree<HostTensor>[],
  found: readonly Tree<HostTensor>[],
): string[] {
  return cases.flatMap((each, index) => {
    const paths = treePaths(expected[index]!);
    const leaves = treeLeaves(expected[index]!);
    const foundLeaves = treeLeaves(found[index]!);
    const gradients = leaves.filter((_, position) => paths[position]!.startsWith('gradient/'));
    const largestGradient = Math.max(0, ...gradients.map(largestElement));
    return leaves.flatMap((leaf, position) => {
      const isPooled = each.relativeTo === 'gradient' && gradients.includes(leaf);
      const scale = isPooled ? largestGradient : largestElement(leaf);
      const difference = differenceOf(leaf, foundLeaves[position]!, each, scale);
      return difference === undefined ? [] : [`${each.name}: ${paths[position]}: ${difference}`];
    });
  });
}

function largestElement({ data }: HostTensor): number {
  let largest = 0;
  for (const value of data) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest;
}

function differenceOf(
  expected: HostTensor,
  found: HostTensor,
  each: Case,
  largest: number,
): string | undefined {
  if (`${expected.dtype}[${expected.shape}]` !== `${found.dtype}[${found.shape}]`) {
    return `expected ${expected.dtype}[${expected.shape}], found ${found.dtype}[${found.shape}]`;
  }
  const tolerance = expected.dtype === 'float32' ? (each.relativeTolerance ?? DEFAULT_TOLERANCE) : 0;
  for (let index = 0; index < expected.data.length; index++) {
    const wanted = expected.data[index]!;
    const got = found.data[index]!;
    if (Object.is(wanted, got) || wanted === got) continue;
    const scale = each.relativeTo === 'element' ? Math.abs(wanted) : largest;
    const floor = each.relativeTo === 'element' ? 0 : ROUNDING;
    if (Math.abs(wanted - got) <= tolerance * scale + floor) continue;
    return `element ${index} of [${expected.shape}]: expected ${wanted}, found ${got}`;
  }
  return undefined;
}
