import type { Attributes, KernelResult, Operand, Operands } from './operand.ts';

/** Runs a kernel on tensors that are not complex. */
type RunKernel = (kernel: string, inputs: Operands, attributes: Attributes) => KernelResult;

/** Kernels that do the same to the real and to the imaginary part. */
const PARTWISE: ReadonlySet<string> = new Set([
  'Add',
  'AddN',
  'Concat',
  'ExpandDims',
  'GatherNd',
  'GatherV2',
  'Neg',
  'Pack',
  'PadV2',
  'Reverse',
  'Slice',
  'SplitV',
  'StridedSlice',
  'Sub',
  'Sum',
  'Tile',
  'Transpose',
  'Unpack',
  'ZerosLike',
]);

/** Complex results of kernels on complex tensors, made of kernels on their parts; undefined for all other kernels. */
export function runOnParts(
  run: RunKernel,
  kernel: string,
  inputs: Operands,
  attributes: Attributes,
): KernelResult | undefined {
  if (PARTWISE.has(kernel)) {
    return join(run(kernel, realPart(inputs), attributes), run(kernel, imaginaryPart(inputs), attributes));
  }
  return SPECIAL[kernel]?.(run, inputs, attributes);
}

const SPECIAL: Readonly<
  Record<string, (run: RunKernel, inputs: Operands, attributes: Attributes) => KernelResult>
> = {
  Cast: (run, inputs, attributes) => run('Cast', realPart(inputs), attributes),

  ComplexAbs(run, inputs) {
    const square = (part: Operands): Operand => run('Square', part, {}) as Operand;
    const sum = binary(run, 'Add', square(realPart(inputs)), square(imaginaryPart(inputs)));
    return run('Sqrt', new Map([['x', sum]]), {});
  },

  /** (a + bi)(c + di) = (ac - bd) + (ad + bc)i */
  Multiply(run, inputs) {
    const [re, im] = [realPart(inputs), imaginaryPart(inputs)];
    const product = (a: Operands, b: Operands): Operand => binary(run, 'Multiply', a.get('a')!, b.get('b')!);
    return join(
      binary(run, 'Sub', product(re, re), product(im, im)),
      binary(run, 'Add', product(re, im), product(im, re)),
    );
  },

  OnesLike: (run, inputs) =>
    join(run('OnesLike', realPart(inputs), {}), run('ZerosLike', realPart(inputs), {})),
};

function binary(run: RunKernel, kernel: string, a: Operand, b: Operand): Operand {
  return run(
    kernel,
    new Map([
      ['a', a],
      ['b', b],
    ]),
    {},
  ) as Operand;
}

/** The real parts of complex inputs; others, such as indices, as they are. */
function realPart(inputs: Operands): Operands {
  return new Map([...inputs].map(([name, { shape, real }]) => [name, { shape, real }]));
}

function imaginaryPart(inputs: Operands): Operands {
  return new Map(
    [...inputs].map(([name, { shape, real, imaginary }]) => [name, { shape, real: imaginary ?? real }]),
  );
}

function join(real: KernelResult, imaginary: KernelResult): KernelResult {
  const imaginaries = [imaginary].flat();
  const joined = [real]
    .flat()
    .map((part, index): Operand => ({ ...part, imaginary: imaginaries[index]!.real }));
  return Array.isArray(real) ? joined : joined[0]!;
}
