import {
  add,
  argMin,
  clipByValue,
  concat,
  div,
  expandDims,
  eye,
  gather,
  max,
  maximum,
  mul,
  relu,
  type Scalar,
  slice,
  squeeze,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';

/** More are no longer cheap beside a network: memory is this times the square of the number of weights. */
const MOST_CANDIDATES = 20_000;
/** Beside the largest diagonal entry: makes a singular matrix regular, and equal parts of what cannot be told apart. */
const RIDGE = 1e-6;
/** How far a candidate may leave the bounds by rounding. */
const SLACK = 1e-5;
/** More than any form of weights in [0, 1] with a matrix whose largest entry is 1. */
const PENALTY = 1e6;

/**
 * The weights a [n] that minimise a' G a subject to sum a = 1 and 0 <= a <= cap, for a positive semidefinite `matrix` G [n, n].
 * Exact, with a fixed number of ops: one of the choices of which weights are 0 or at the cap is right, so all of them are
 * solved at once, and the best that keeps the bounds is taken. Detached.
 * `cap` is in [1 / n, infinity); from 1 on it has no effect.
 * Throws `INVALID_ARGUMENT` for a cap that no weights of sum 1 keep, and for too many choices.
 */
export function minimizeOnCappedSimplex(matrix: Tensor2D, cap: number): Tensor1D {
  const [count] = matrix.shape;
  requireArgument(
    cap * count >= 1 - SLACK,
    () =>
      `The largest weight must be at least 1 / ${count}, or ${count} weights cannot add up to 1, got ${cap}.`,
  );
  const choices = candidates(count, cap);
  const largest = max(mul(matrix, eye(count)));
  const scaled = add(div(matrix, maximum(largest, 1e-30)), mul(eye(count), RIDGE)) as Tensor2D;
  const solutions = solve(scaled, choices, cap);
  const form = sum(mul(sum(mul(expandDims(solutions, 1), scaled), 2), solutions), 1);
  const excess = add(max(relu(sub(-SLACK, solutions)), 1), max(relu(sub(solutions, cap + SLACK)), 1));
  const best = argMin(add(form, mul(excess, PENALTY))) as Scalar;
  const chosen = gather(solutions, best);
  const kept = clipByValue(chosen, 0, Math.min(cap, 1));
  return detach(div(kept, sum(kept)));
}

/** What each weight is taken for: free between the bounds, or at one of them. */
type Choice = readonly ('free' | 'zero' | 'cap')[];

/** Those that weights of sum 1 allow; the one without any bound comes first, so that it wins where several are as good. */
function candidates(count: number, cap: number): readonly Choice[] {
  const mostAtCap = cap < 1 ? Math.floor(1 / cap + SLACK) : 0;
  let found: { readonly choice: Choice; readonly atCap: number }[] = [{ choice: [], atCap: 0 }];
  for (let place = 0; place < count; place++) {
    found = found.flatMap(({ choice, atCap }) => [
      { choice: [...choice, 'free'], atCap },
      { choice: [...choice, 'zero'], atCap },
      ...(atCap < mostAtCap ? [{ choice: [...choice, 'cap'] as const, atCap: atCap + 1 }] : []),
    ]);
    requireArgument(
      found.length <= MOST_CANDIDATES,
      () =>
        `${count} weights of at most ${cap} leave too many choices of which are at a bound, the most are ${MOST_CANDIDATES}. Use fewer teachers or a larger cap.`,
    );
  }
  return found
    .filter(({ choice, atCap }) => choice.includes('free') || Math.abs(atCap * cap - 1) <= SLACK)
    .map(({ choice }) => choice);
}

/**
 * For each choice the weights [choices, n] that minimise the form, bounds apart: those at a bound are there, and the derivatives
 * of all free ones are equal.
 */
function solve(matrix: Tensor2D, choices: readonly Choice[], cap: number): Tensor2D {
  const [count] = matrix.shape;
  const table = (value: (state: Choice[number]) => number): Tensor2D =>
    tensor2d(
      choices.flatMap((choice) => choice.map(value)),
      [choices.length, count],
    );
  const free = table((state) => (state === 'free' ? 1 : 0));
  const fixed = table((state) => (state === 'cap' ? cap : 0));
  const pull = sum(mul(expandDims(fixed, 1), matrix), 2);
  const reduced = add(
    mul(mul(expandDims(free, 2), expandDims(free, 1)), matrix),
    mul(expandDims(sub(1, free), 2), eye(count)),
  );
  const sides = concat([expandDims(free, 2), expandDims(mul(sub(0, pull), free), 2)], 2);
  const [direction, offset] = eliminate(concat([reduced, sides], 2) as Tensor3D, count);
  const reach = sum(direction, 1, true);
  const missing = sub(sub(1, sum(fixed, 1, true)), sum(offset, 1, true));
  // Without a free weight there is nothing to move, and `direction` is 0.
  const multiplier = div(missing, maximum(reach, 1e-30));
  return add(add(fixed, offset), mul(direction, multiplier)) as Tensor2D;
}

/** Solutions of systems [choices, n, n + 2] with two right sides, by Gauss and Jordan; positive definite ones need no pivoting. */
function eliminate(systems: Tensor3D, count: number): readonly [Tensor, Tensor] {
  const [choices] = systems.shape;
  let current: Tensor = systems;
  for (let place = 0; place < count; place++) {
    const row = slice(current, [0, place, 0], [choices, 1, count + 2]);
    const column = slice(current, [0, 0, place], [choices, count, 1]);
    const pivot = slice(row, [0, 0, place], [choices, 1, 1]);
    const unit = slice(eye(count), [0, place], [count, 1]);
    current = sub(current, mul(sub(column, unit), div(row, pivot)));
  }
  const side = (index: number): Tensor =>
    squeeze(slice(current, [0, 0, count + index], [choices, count, 1]), [2]);
  return [side(0), side(1)];
}
