import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { sizeOf } from 'kd-core';
import {
  axisOf,
  axisSubsets,
  caseOf,
  type Operand,
  operands,
  permutations,
  shapes,
  type ValueRange,
} from '../arbitraries.ts';
import type { Case } from '../compare.ts';

const ranges = fc.constantFrom<ValueRange>({}, {}, { dtype: 'int32' }, { dtype: 'bool' });

/** An operand of any type up to rank 5, and what `choose` draws for its shape. */
function withChoice<T>(
  shape: fc.Arbitrary<number[]>,
  choose: (shape: readonly number[]) => fc.Arbitrary<T>,
): fc.Arbitrary<{ x: Operand; choice: T }> {
  return fc
    .tuple(shape, ranges)
    .chain(([dimensions, range]) =>
      fc.record({ x: operands(dimensions, range), choice: choose(dimensions) }),
    );
}

function isFloat(x: Operand): { differentiable: boolean } {
  return { differentiable: x.label.startsWith('float32') };
}

/** Some other shape with as many elements: axes split into factors, joined, and 1s put in between. */
function regroupings(shape: readonly number[]): fc.Arbitrary<number[]> {
  const factors = shape.flatMap((size) => (size === 4 ? [2, 2] : size === 6 ? [2, 3] : [size]));
  return fc
    .tuple(
      fc.array(fc.boolean(), { minLength: factors.length, maxLength: factors.length }),
      fc.array(fc.nat(3), { minLength: factors.length + 1, maxLength: factors.length + 1 }),
    )
    .map(([joins, units]) => {
      const result: number[] = units[0] === 0 ? [1] : [];
      factors.forEach((factor, index) => {
        if (joins[index] && result.length > 0) result.push(result.pop()! * factor);
        else result.push(factor);
        if (units[index + 1] === 0 && result.length < 5) result.push(1);
      });
      return sizeOf(result) === sizeOf(shape) ? result : [sizeOf(shape)];
    })
    .filter((result) => result.length <= 6);
}

const reshape = withChoice(
  shapes({ maxRank: 5, minSize: 1, maxSize: 6 }).filter((shape) => sizeOf(shape) < 400),
  regroupings,
).map(({ x, choice }) =>
  caseOf(`reshape to [${choice}] of `, [x], (input) => tf.reshape(input!, choice), isFloat(x)),
);

/** Reshapes of reshapes of transposes: what comes out has been regrouped in a layout of its own. */
const reshapeChain = shapes({ minRank: 2, maxRank: 4, maxSize: 4 })
  .chain((shape) =>
    fc.record({ x: operands(shape), first: regroupings(shape) }).chain((drawn) =>
      fc.record({
        x: fc.constant(drawn.x),
        first: fc.constant(drawn.first),
        permutation: permutations(drawn.first.length),
      }),
    ),
  )
  .chain(({ x, first, permutation }) => {
    const moved = permutation.map((axis) => first[axis]!);
    return regroupings(moved).map((second) =>
      caseOf(
        `reshape to [${first}], transpose by [${permutation}], reshape to [${second}] of `,
        [x],
        (input) => tf.reshape(tf.transpose(tf.reshape(input!, first), permutation), second),
      ),
    );
  });

const transpose = withChoice(shapes({ minRank: 1, maxRank: 5, minSize: 0, maxSize: 3 }), (shape) =>
  permutations(shape.length),
).map(({ x, choice }) =>
  caseOf(`transpose by [${choice}] of `, [x], (input) => tf.transpose(input!, choice), isFloat(x)),
);

const expandDims = withChoice(shapes({ maxRank: 4 }), (shape) => axisOf(shape.length + 1)).map(
  ({ x, choice }) =>
    caseOf(`expandDims at ${choice} of `, [x], (input) => tf.expandDims(input!, choice), isFloat(x)),
);

const squeeze = withChoice(shapes({ maxRank: 5, maxSize: 2 }), () => fc.constant(null)).map(({ x }) =>
  caseOf('squeeze', [x], (input) => tf.squeeze(input!), isFloat(x)),
);

const clone = withChoice(shapes(), () => fc.constant(null)).map(({ x }) =>
  caseOf('clone', [x], (input) => input!.clone(), isFloat(x)),
);

const broadcastTo = withChoice(shapes({ minRank: 1, maxRank: 3 }), () => fc.integer({ min: 1, max: 3 })).map(
  ({ x, choice }) =>
    caseOf(
      `broadcastTo with leading ${choice} of `,
      [x],
      (input) => tf.broadcastTo(input!, [choice, ...x.shape] as [number]),
      {
        differentiable: false,
      },
    ),
);

const pad = withChoice(shapes({ minRank: 1, minSize: 0 }), (shape) =>
  fc.record({
    paddings: fc.tuple(...shape.map(() => fc.tuple(fc.nat(2), fc.nat(2)))),
    value: fc.constantFrom(0, 1),
  }),
).map(({ x, choice: { paddings, value } }) =>
  caseOf(
    `pad by [${paddings.join(' | ')}] with ${value} of `,
    [x],
    (input) => tf.pad(input!, paddings, value),
    isFloat(x),
  ),
);

const mirrorPad = withChoice(shapes({ minRank: 1, maxRank: 3, minSize: 2 }), (shape) =>
  fc.record({
    paddings: fc.tuple(...shape.map((size) => fc.tuple(fc.nat(size - 1), fc.nat(size - 1)))),
    mode: fc.constantFrom('reflect' as const, 'symmetric' as const),
  }),
).map(({ x, choice: { paddings, mode } }) =>
  caseOf(
    `mirrorPad ${mode} by [${paddings.join(' | ')}] of `,
    [x],
    (input) => tf.mirrorPad(input!, paddings, mode),
    isFloat(x),
  ),
);

/** Blocks of both spatial axes, padded to a multiple of them. */
const spaceToBatch = fc
  .record({
    extent: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    block: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    before: fc.tuple(fc.nat(2), fc.nat(2)),
  })
  .chain(({ extent, block, before }) => {
    const paddings = extent.map((size, axis): [number, number] => {
      const padded = size + before[axis]!;
      return [before[axis]!, (block[axis]! - (padded % block[axis]!)) % block[axis]!];
    });
    return operands([2, ...extent, 2]).map((x) =>
      caseOf(`spaceToBatchND by [${block}] padded by [${paddings.join(' | ')}] of `, [x], (input) => {
        const batches = tf.spaceToBatchND(input!, block, paddings);
        return [batches, tf.batchToSpaceND(tf.square(batches), block, paddings)];
      }),
    );
  });

const slice = withChoice(shapes({ minRank: 1, maxRank: 4 }), (shape) =>
  fc.tuple(
    ...shape.map((size) =>
      fc.nat(size).chain((begin) => fc.tuple(fc.constant(begin), fc.integer({ min: -1, max: size - begin }))),
    ),
  ),
).map(({ x, choice }) =>
  caseOf(
    `slice [${choice.join(' | ')}] of `,
    [x],
    (input) =>
      tf.slice(
        input!,
        choice.map(([begin]) => begin),
        choice.map(([, size]) => size),
      ),
    isFloat(x),
  ),
);

/** [begin, end, step] of one axis, not empty, in either direction, counted from either side. */
function strides(size: number): fc.Arbitrary<readonly [number, number, number]> {
  const forwards = fc
    .tuple(fc.nat(size - 1), fc.nat(size - 1), fc.constantFrom(1, 2, 3), fc.boolean())
    .map(([a, b, step, isNegative]): readonly [number, number, number] => [
      isNegative ? Math.min(a, b) - size : Math.min(a, b),
      Math.max(a, b) + 1,
      step,
    ]);
  if (size === 1) return forwards;
  const backwards = fc
    .tuple(fc.integer({ min: 1, max: size - 1 }), fc.constantFrom(-1, -2), fc.boolean())
    .chain(([begin, step, isNegative]) =>
      fc
        .nat(begin - 1)
        .map((end): readonly [number, number, number] => [
          isNegative ? begin - size : begin,
          end - size,
          step,
        ]),
    );
  return fc.oneof(forwards, backwards);
}

const stridedSlice = withChoice(shapes({ minRank: 1, maxRank: 4, maxSize: 5 }), (shape) =>
  fc.record({ ranges: fc.tuple(...shape.map(strides)), beginMask: fc.nat(15), endMask: fc.nat(15) }),
).map(({ x, choice }) => {
  // tfjs ignores the step of an axis that both masks take whole.
  const whole = choice.beginMask & choice.endMask;
  const axes = choice.ranges.map(
    ([begin, end, step], axis) => [begin, end, (whole >> axis) & 1 ? 1 : step] as const,
  );
  return caseOf(
    `stridedSlice [${axes.join(' | ')}] masks ${choice.beginMask} ${choice.endMask} of `,
    [x],
    (input) =>
      tf.stridedSlice(
        input!,
        axes.map(([begin]) => begin),
        axes.map(([, end]) => end),
        axes.map(([, , step]) => step),
        choice.beginMask,
        choice.endMask,
      ),
    { differentiable: false },
  );
});

/** Indexing with a number: the axis is gone. */
const shrink = withChoice(shapes({ minRank: 2, maxRank: 4 }), (shape) =>
  fc.tuple(fc.nat(shape.length - 1), fc.nat(100)),
).map(({ x, choice: [axis, position] }) => {
  const begin = x.shape.map((size, each) => (each === axis ? position % size : 0));
  const end = x.shape.map((size, each) => (each === axis ? begin[each]! + 1 : size));
  return caseOf(
    `index ${begin[axis]} of axis ${axis} of `,
    [x],
    (input) => tf.stridedSlice(input!, begin, end, undefined, 0, 0, 0, 0, 1 << axis),
    { differentiable: false },
  );
});

const reverse = withChoice(shapes({ minRank: 1 }), (shape) => axisSubsets(shape.length, 1)).map(
  ({ x, choice }) =>
    caseOf(`reverse of [${choice}] of `, [x], (input) => tf.reverse(input!, choice), isFloat(x)),
);

const tile = withChoice(shapes({ minRank: 1, maxRank: 4, maxSize: 3 }), (shape) =>
  fc.tuple(...shape.map(() => fc.integer({ min: 1, max: 3 }))),
).map(({ x, choice }) =>
  caseOf(`tile by [${choice}] of `, [x], (input) => tf.tile(input!, choice), isFloat(x)),
);

const concat = fc
  .tuple(shapes({ minRank: 1, minSize: 1 }), ranges, fc.integer({ min: 1, max: 3 }))
  .chain(([shape, range, count]) =>
    fc
      .tuple(axisOf(shape.length), fc.array(fc.nat(3), { minLength: count, maxLength: count }))
      .chain(([axis, sizes]) =>
        fc
          .tuple(...sizes.map((size) => operands(shape.with(axis, size), range)))
          .map((values) =>
            caseOf(
              `concat at ${axis} of `,
              values,
              (...inputs) => tf.concat(inputs, axis),
              isFloat(values[0]!),
            ),
          ),
      ),
  );

const stack = fc
  .tuple(shapes({ maxRank: 3 }), ranges, fc.integer({ min: 1, max: 3 }))
  .chain(([shape, range, count]) =>
    fc
      .tuple(
        axisOf(shape.length + 1),
        fc.tuple(...Array.from({ length: count }, () => operands(shape, range))),
      )
      .map(([axis, values]) =>
        caseOf(`stack at ${axis} of `, values, (...inputs) => tf.stack(inputs, axis), isFloat(values[0]!)),
      ),
  );

const unstack = withChoice(shapes({ minRank: 1 }), (shape) => axisOf(shape.length)).map(({ x, choice }) =>
  caseOf(`unstack at ${choice} of `, [x], (input) => tf.unstack(input!, choice), {
    // tfjs cannot differentiate a single piece.
    differentiable: isFloat(x).differentiable && x.shape.at(choice) !== 1,
  }),
);

const split = withChoice(shapes({ minRank: 1, maxSize: 6 }), (shape) =>
  axisOf(shape.length).chain((axis) => {
    const size = shape.at(axis)!;
    const even = fc.constantFrom(...[1, 2, 3, 4, 5, 6].filter((count) => size % count === 0));
    const uneven = fc.nat(size).map((first) => [first, size - first]);
    return fc.record({
      axis: fc.constant(axis),
      sizes: fc.oneof<fc.Arbitrary<number | number[]>[]>(even, uneven),
    });
  }),
).map(({ x, choice: { axis, sizes } }) =>
  caseOf(
    `split at ${axis} into ${JSON.stringify(sizes)} of `,
    [x],
    (input) => tf.split(input!, sizes as number[], axis),
    {
      differentiable: isFloat(x).differentiable && sizes !== 1,
    },
  ),
);

const creation = fc
  .tuple(
    operands([2, 3]),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom('float32' as const, 'int32' as const),
  )
  .map(([x, length, dtype]) =>
    caseOf(`creation of ${length} ${dtype} with `, [x], (input: Tensor | undefined) => [
      input!.clone(),
      tf.range(0, length, 1, dtype),
      tf.range(length, -length, -2, dtype),
      tf.range(length, 0, 1, dtype),
      tf.linspace(-1, 1, length),
      tf.fill([length, 2], 3, dtype),
      tf.zeros([2, length], dtype),
      tf.ones([0, length], dtype),
    ]),
  );

export const shapeCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  broadcastTo,
  clone,
  concat,
  creation,
  expandDims,
  mirrorPad,
  pad,
  reshape,
  'reshape, transpose, reshape': reshapeChain,
  reverse,
  slice,
  spaceToBatch,
  split,
  squeeze,
  stack,
  stridedSlice,
  'stridedSlice of one position': shrink,
  tile,
  transpose,
  unstack,
};
