import { broadcastTo, fill, type Tensor, tensor, transpose } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { type DataType, HostTensor, hostData, prngKey, randomUniform, sizeOf } from 'kd-core';
import type { Case } from './compare.ts';

export const seeds: fc.Arbitrary<number> = fc.nat(1 << 20);

export interface ValueRange {
  readonly dtype?: DataType;
  /** Default -2; of bool tensors nothing but 0 and 1 is drawn. */
  readonly min?: number;
  readonly max?: number;
}

/** Uniform values; integers include both ends. */
export function randomValues(shape: readonly number[], seed: number, range: ValueRange = {}): HostTensor {
  const { dtype = 'float32', min = -2, max = 2 } = range;
  const floats = randomUniform(prngKey(seed), shape, { min: 0, max: 1 }).data;
  const low = dtype === 'bool' ? 0 : min;
  const high = dtype === 'bool' ? 1 : max;
  const scaled = Array.from(floats, (value) =>
    dtype === 'float32'
      ? low + value * (high - low)
      : Math.min(high, low + Math.floor(value * (high - low + 1))),
  );
  return new HostTensor(hostData(dtype, scaled), shape, dtype);
}

export function shapes(
  options: { minRank?: number; maxRank?: number; minSize?: number; maxSize?: number } = {},
): fc.Arbitrary<number[]> {
  const { minRank = 0, maxRank = 4, minSize = 1, maxSize = 4 } = options;
  return fc.array(fc.integer({ min: minSize, max: maxSize }), { minLength: minRank, maxLength: maxRank });
}

export function permutations(rank: number): fc.Arbitrary<number[]> {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank });
}

/** Any subset of the axes, some of them counted from the end. */
export function axisSubsets(rank: number, minLength = 0): fc.Arbitrary<number[]> {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return fc
    .tuple(fc.shuffledSubarray(axes, { minLength: Math.min(minLength, rank) }), fc.boolean())
    .map(([chosen, negative]) => chosen.map((axis) => (negative ? axis - rank : axis)));
}

export function axisOf(rank: number): fc.Arbitrary<number> {
  return fc.integer({ min: -rank, max: rank - 1 });
}

/** A tensor of a wanted shape, arriving in one of the forms that a value can have while it is recorded. */
export interface Operand {
  readonly label: string;
  readonly shape: readonly number[];
  /** Absent for operands that are made inside the program. */
  readonly host?: HostTensor;
  build(input: Tensor | undefined): Tensor;
}

/** tfjs differentiates broadcasts of up to this rank. */
const MAX_TILED_RANK = 4;

/**
 * An operand as it is, as a transposed view, as a pending broadcast along some axes, as a constant, or as
 * a constant of equal elements.
 */
export function operands(shape: readonly number[], range: ValueRange = {}): fc.Arbitrary<Operand> {
  const { dtype = 'float32' } = range;
  const rank = shape.length;
  const label = `${dtype}[${shape}]`;
  const plain = seeds.map((seed): Operand => {
    return { label, shape, host: randomValues(shape, seed, range), build: (input) => input! };
  });
  const constant = seeds.map((seed): Operand => {
    const { data } = randomValues(shape, seed, range);
    return { label: `${label} constant`, shape, build: () => tensor(data.slice(), [...shape], dtype) };
  });
  if (rank === 0) return fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: constant });

  const transposed = fc.tuple(seeds, permutations(rank)).map(([seed, permutation]): Operand => {
    const source: number[] = [];
    permutation.forEach((axis, position) => {
      source[axis] = shape[position]!;
    });
    return {
      label: `${label} transposed by [${permutation}]`,
      shape,
      host: randomValues(source, seed, range),
      build: (input) => transpose(input!, permutation),
    };
  });
  const broadcast = fc
    .tuple(seeds, fc.array(fc.boolean(), { minLength: rank, maxLength: rank }), permutations(rank))
    .map(([seed, mask, permutation]): Operand => {
      const stored = permutation.map((axis) => (mask[axis] && shape[axis]! > 0 ? 1 : shape[axis]!));
      const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
      return {
        label: `${label} broadcast and transposed from [${stored}] by [${inverse}]`,
        shape,
        host: randomValues(stored, seed, range),
        build: (input) => broadcastTo(transpose(input!, inverse), [...shape] as [number]),
      };
    });
  const uniform = seeds.map((seed): Operand => {
    const value = randomValues([1], seed, range).data[0]!;
    return { label: `${label} all ${value}`, shape, build: () => fill([...shape] as [number], value, dtype) };
  });
  const isEmpty = sizeOf(shape) === 0;
  return fc.oneof(
    { weight: 4, arbitrary: plain },
    { weight: 4, arbitrary: transposed },
    { weight: isEmpty || dtype === 'bool' || rank > MAX_TILED_RANK ? 0 : 3, arbitrary: broadcast },
    { weight: 1, arbitrary: constant },
    { weight: dtype === 'bool' ? 0 : 1, arbitrary: uniform },
  );
}

/** The case of a program over operands. */
export function caseOf(
  name: string,
  values: readonly Operand[],
  run: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  options: Pick<Case, 'differentiable' | 'relativeTo' | 'relativeTolerance'> = {},
): Case {
  const keys = values.map((_, index) => String.fromCharCode('a'.charCodeAt(0) + index));
  return {
    ...options,
    name: `${name}(${values.map((value) => value.label).join(', ')})`,
    args: Object.fromEntries(
      values.flatMap(({ host }, index) => (host === undefined ? [] : [[keys[index]!, host]])),
    ),
    run: (args) => run(...values.map((value, index) => value.build(args[keys[index]!]))),
  };
}

/** Cases of a function of one tensor. */
export function unaryCases(
  name: string,
  shape: fc.Arbitrary<number[]>,
  run: (x: Tensor) => Tensor | readonly Tensor[],
  range: ValueRange = {},
  options: Pick<Case, 'differentiable' | 'relativeTo' | 'relativeTolerance'> = {},
): fc.Arbitrary<Case> {
  return shape.chain((dimensions) => operands(dimensions, range)).map((x) => caseOf(name, [x], run, options));
}

/** Two shapes that broadcast to one: either may lack leading axes or have 1 where the other has more. */
export function broadcastingShapes(maxRank = 4): fc.Arbitrary<[number[], number[]]> {
  return shapes({ maxRank }).chain((shape) => {
    const narrowed = fc
      .tuple(
        fc.nat(shape.length),
        fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      )
      .map(([dropped, mask]) => shape.map((size, axis) => (mask[axis] ? 1 : size)).slice(dropped));
    return fc.oneof(
      fc.tuple(fc.constant(shape), narrowed),
      fc.tuple(narrowed, fc.constant(shape)),
      fc.tuple(narrowed, narrowed),
      fc.constant<[number[], number[]]>([shape, shape]),
    );
  });
}
