import { type Attributes, type KernelResult, type Operand, type Operands, operandsOf } from './operand.ts';

/** Runs a kernel on tensors that are not complex. */
type CallKernel = (kernel: string, inputs: Operands, attributes: Attributes) => KernelResult;

/** Kernels that do the same to the real and to the imaginary part. */
const PARTWISE: ReadonlySet<string> = new Set([
  'Add',
  'AddN',
  'Concat',
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

/** The smallest positive float32 number of full precision. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * A kernel that takes or gives complex64 tensors, made of kernels on their parts. Undefined for calls without complex
 * tensors, and for kernels whose complex form is not known here.
 */
export function callOnComplex(
  call: CallKernel,
  kernel: string,
  inputs: Operands,
  attributes: Attributes,
): KernelResult | undefined {
  if (kernel === 'Complex') {
    const { shape, real } = inputs.get('real')!;
    return { shape, real, imaginary: inputs.get('imag')!.real };
  }
  if (kernel === 'Cast' && attributes.dtype === 'complex64') return toComplex(call, inputs);
  if ([...inputs.values()].every(({ imaginary }) => imaginary === undefined)) return undefined;
  const real = partsOf(inputs, 'real');
  const imaginary = partsOf(inputs, 'imaginary');
  if (PARTWISE.has(kernel)) return join(call(kernel, real, attributes), call(kernel, imaginary, attributes));
  return SPECIAL[kernel]?.({ call, real, imaginary, attributes });
}

interface ComplexCall {
  readonly call: CallKernel;
  /** The real parts of all inputs. */
  readonly real: Operands;
  readonly imaginary: Operands;
  readonly attributes: Attributes;
}

const SPECIAL: Readonly<Record<string, (call: ComplexCall) => KernelResult>> = {
  Cast: ({ call, real, attributes }) => call('Cast', real, attributes),
  ComplexAbs: magnitude,
  FFT: fourierTransform('FFT'),
  IFFT: fourierTransform('IFFT'),
  Imag: ({ imaginary }) => imaginary.get('input')!,
  Multiply: product,
  OnesLike: ({ call, real }) => join(call('OnesLike', real, {}), call('ZerosLike', real, {})),
  Real: ({ real }) => real.get('input')!,
};

/** The lowering takes and gives the parts. */
function fourierTransform(kernel: 'FFT' | 'IFFT'): (call: ComplexCall) => Operand {
  return ({ call, real, imaginary }) => {
    const parts = operandsOf({ real: real.get('input')!, imaginary: imaginary.get('input')! });
    const [first, second] = call(kernel, parts, {}) as Operand[];
    return { ...first!, imaginary: second!.real };
  };
}

function toComplex(call: CallKernel, inputs: Operands): Operand {
  const real = call('Cast', inputs, { dtype: 'float32' }) as Operand;
  const zeros = call('ZerosLike', operandsOf({ x: real }), {}) as Operand;
  return { ...real, imaginary: zeros.real };
}

/** max * sqrt(1 + (min / max)^2) of the magnitudes of both parts: their squares could overflow, or vanish. */
function magnitude({ call, real, imaginary }: ComplexCall): Operand {
  const unary = (kernel: string, x: Operand): Operand => call(kernel, operandsOf({ x }), {}) as Operand;
  const binary = (kernel: string, a: Operand, b: Operand): Operand =>
    call(kernel, operandsOf({ a, b }), {}) as Operand;
  const constant = (value: number): Operand =>
    call('Fill', new Map(), { shape: [], value, dtype: 'float32' }) as Operand;
  const parts = [real, imaginary].map((part) => unary('Abs', part.get('x')!)) as [Operand, Operand];
  const larger = binary('Maximum', ...parts);
  const ratio = binary(
    'RealDiv',
    binary('Minimum', ...parts),
    binary('Maximum', larger, constant(SMALLEST_NORMAL)),
  );
  return binary('Multiply', larger, unary('Sqrt', binary('Add', unary('Square', ratio), constant(1))));
}

/** (a + bi)(c + di) = (ac - bd) + (ad + bc)i */
function product({ call, real, imaginary }: ComplexCall): KernelResult {
  const binary = (kernel: string, a: Operand, b: Operand): Operand =>
    call(kernel, operandsOf({ a, b }), {}) as Operand;
  const multiply = (left: Operands, right: Operands): Operand =>
    binary('Multiply', left.get('a')!, right.get('b')!);
  return join(
    binary('Sub', multiply(real, real), multiply(imaginary, imaginary)),
    binary('Add', multiply(real, imaginary), multiply(imaginary, real)),
  );
}

/** One part of every complex input; the others, such as indices, as they are. */
function partsOf(inputs: Operands, part: 'real' | 'imaginary'): Operands {
  return new Map(
    [...inputs].map(([name, operand]) => [
      name,
      { shape: operand.shape, real: operand[part] ?? operand.real },
    ]),
  );
}

function join(real: KernelResult, imaginary: KernelResult): KernelResult {
  const imaginaries = [imaginary].flat();
  const joined = [real]
    .flat()
    .map((part, index): Operand => ({ ...part, imaginary: imaginaries[index]!.real }));
  return Array.isArray(real) ? joined : joined[0]!;
}
