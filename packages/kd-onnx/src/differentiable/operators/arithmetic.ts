import {
  abs,
  add,
  ceil,
  cos,
  div,
  erf,
  exp,
  floor,
  floorDiv,
  greaterEqual,
  lessEqual,
  log,
  mod,
  mul,
  neg,
  pow,
  reciprocal,
  round,
  sign,
  sin,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { broadcastShapes } from '../../trace/traced-value.ts';
import type { OperatorDefinition, OperatorTable } from '../operator.ts';
import { broadcast } from '../rearrange.ts';
import { applyElementwise, type ElementwiseRule, elementwise } from './elementwise.ts';
import { withoutGradient } from './without-gradient.ts';

type Numbers = (...operands: number[]) => number;

function simple(tensors: ElementwiseRule['tensors'], numbers: Numbers): OperatorDefinition {
  const evaluate = elementwise({ tensors, numbers: (operands) => numbers(...operands) });
  return { read: () => evaluate };
}

/** An operator of any number of operands. */
function variadic(
  tensors: (a: Tensor, b: Tensor) => Tensor,
  numbers: (a: number, b: number) => number,
): OperatorDefinition {
  return simple(
    (...operands) => operands.reduce(tensors),
    (...operands) => operands.reduce(numbers),
  );
}

/**
 * The operand for which `isChosen(a, b)`. tfjs's own maximum and minimum have wrong gradients where operands broadcast,
 * and `where` takes operands of one shape.
 */
function chosen(isChosen: (a: Tensor, b: Tensor) => Tensor): (a: Tensor, b: Tensor) => Tensor {
  const choose = withoutGradient((a, b) => isChosen(a!, b!));
  return (a, b) => {
    const shape = broadcastShapes(a.shape, b.shape);
    const [left, right] = [broadcast(a, shape), broadcast(b, shape)];
    return where(choose(left, right), left, right);
  };
}

const divide: ElementwiseRule = {
  tensors: (a, b) => (a!.dtype === 'int32' ? floorDiv(a!, b!) : div(a!, b!)),
  numbers: ([a, b], dtype) => (dtype === 'float32' ? a! / b! : Math.trunc(a! / b!)),
};

const mean: OperatorDefinition = {
  read:
    () =>
    ({ all }) =>
      applyElementwise(
        {
          tensors: (...operands) =>
            div(
              operands.reduce((a, b) => add(a, b)),
              operands.length,
            ),
        },
        all,
      ),
};

/** Squares and roots have gradients where a general power has none or NaN: at 0 and below. */
const power: OperatorDefinition = {
  read: () => (operands) => {
    const exponent = operands.at(1);
    const isNumber = exponent.kind === 'known' && exponent.data.length === 1;
    const special = isNumber ? SPECIAL_POWERS.get(exponent.data[0]!) : undefined;
    if (special !== undefined && operands.at(0).kind === 'computed' && exponent.shape.length === 0) {
      return applyElementwise({ tensors: (x) => special(x!) }, [operands.at(0)]);
    }
    return applyElementwise({ tensors: (a, b) => pow(a!, b!), numbers: ([a, b]) => a! ** b! }, operands.all);
  },
};

const SPECIAL_POWERS: ReadonlyMap<number, (x: Tensor) => Tensor> = new Map([
  [-1, (x: Tensor) => reciprocal(x)],
  [0.5, (x: Tensor) => sqrt(x)],
  [1, (x: Tensor) => x],
  [2, (x: Tensor) => square(x)],
  [3, (x: Tensor) => mul(x, square(x))],
]);

const modulo: OperatorDefinition = {
  limits: '`fmod`',
  read: (node) => {
    node.require(!node.flag('fmod'), 'fmod');
    return elementwise({
      tensors: (a, b) => mod(a!, b!),
      numbers: ([a, b]) => a! - b! * Math.floor(a! / b!),
    });
  },
};

/** Halves to the even neighbour, as ONNX rounds. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

export const arithmeticOperators: OperatorTable = {
  Abs: simple((x) => abs(x!), Math.abs),
  Add: simple(
    (a, b) => add(a!, b!),
    (a, b) => a! + b!,
  ),
  Ceil: simple((x) => ceil(x!), Math.ceil),
  Cos: simple((x) => cos(x!), Math.cos),
  Div: { read: () => elementwise(divide) },
  Erf: { read: () => elementwise({ tensors: (x) => erf(x!) }) },
  Exp: simple((x) => exp(x!), Math.exp),
  Floor: simple((x) => floor(x!), Math.floor),
  Log: simple((x) => log(x!), Math.log),
  Max: variadic(chosen(greaterEqual), Math.max),
  Mean: mean,
  Min: variadic(chosen(lessEqual), Math.min),
  Mod: modulo,
  Mul: simple(
    (a, b) => mul(a!, b!),
    (a, b) => a! * b!,
  ),
  Neg: simple(
    (x) => neg(x!),
    (x) => -x!,
  ),
  Pow: power,
  Reciprocal: simple(
    (x) => reciprocal(x!),
    (x) => 1 / x!,
  ),
  Round: simple(
    (x) => round(x!),
    (x) => roundHalfToEven(x!),
  ),
  Sign: simple((x) => sign(x!), Math.sign),
  Sin: simple((x) => sin(x!), Math.sin),
  Sqrt: simple((x) => sqrt(x!), Math.sqrt),
  Sub: simple(
    (a, b) => sub(a!, b!),
    (a, b) => a! - b!,
  ),
  Sum: variadic(
    (a, b) => add(a, b),
    (a, b) => a + b,
  ),
};
