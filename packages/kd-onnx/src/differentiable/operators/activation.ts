import {
  abs,
  add,
  clipByValue,
  div,
  erf,
  expm1,
  greater,
  leakyRelu,
  logSoftmax,
  mul,
  neg,
  relu,
  sigmoid,
  softmax,
  softplus,
  sub,
  type Tensor,
  tanh,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import type { NodeReader } from '../node-reader.ts';
import { normalizeAxis, type OperatorDefinition, type OperatorTable } from '../operator.ts';
import { permuted, reshaped } from '../rearrange.ts';
import { channelsLast, computed, computedMap, isChannelsLast, plain, type Value } from '../value.ts';
import { applyElementwise, inOneLayout } from './elementwise.ts';
import { withoutGradient } from './without-gradient.ts';

/** An activation whose form depends on attributes only. */
function activation(form: (node: NodeReader) => (x: Tensor) => Tensor): OperatorDefinition {
  return {
    read: (node) => {
      const apply = form(node);
      return (operands) => inOneLayout([operands.at(0)], (x) => apply(x!));
    },
  };
}

/** scale * (x where x > 0, alpha * (exp(x / width) - 1) elsewhere), without an exponential of large numbers. */
function exponentialUnit(x: Tensor, alpha: number, scale = 1, width = 1): Tensor {
  const negative = neg(relu(neg(x)));
  return add(
    scaled(relu(x), scale),
    scaled(expm1(width === 1 ? negative : div(negative, width)), alpha * scale),
  );
}

function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, factor);
}

function hardSigmoid(x: Tensor, slope: number, offset: number): Tensor {
  return clipByValue(add(mul(x, slope), offset), 0, 1);
}

const SELU_ALPHA = 1.6732632423543772;
const SELU_GAMMA = 1.0507009873554805;

/** Bounds are attributes before operator set 11, inputs since. */
const clip: OperatorDefinition = {
  settings: [1, 2],
  read: (node) => {
    const attributes =
      node.opset < 11 ? [node.float('min', undefined), node.float('max', undefined)] : [undefined, undefined];
    return (operands) => {
      const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] = attributes.map(
        (attribute, bound) => attribute ?? operands.findNumbers(bound + 1)?.[0],
      );
      return applyElementwise(
        {
          // Above the upper bound everything is that bound, even where the lower one is larger.
          tensors: (x) =>
            low === 0 && high === Number.POSITIVE_INFINITY
              ? relu(x!)
              : clipByValue(x!, Math.min(low, high), high),
          numbers: ([x]) => Math.min(Math.max(x!, low), high),
        },
        [operands.at(0)],
      );
    };
  },
};

/** Slopes broadcast to x from behind, and may be trained; tfjs's own gradient for such slopes is wrong. */
const parametricRelu: OperatorDefinition = {
  weights: [1],
  read: () => (operands) =>
    inOneLayout([operands.at(0), operands.at(1)], (x, slope) => sub(relu(x!), mul(slope!, relu(neg(x!))))),
};

const gelu: OperatorDefinition = activation((node) => {
  const approximate = node.choice('approximate', ['none', 'tanh']) === 'tanh';
  return (x) => {
    const cubic = add(x, mul(mul(x, mul(x, x)), 0.044715));
    const bell = approximate ? tanh(mul(cubic, Math.sqrt(2 / Math.PI))) : erf(mul(x, Math.SQRT1_2));
    return mul(mul(x, 0.5), add(bell, 1));
  };
});

/** Along one axis since operator set 13; before, along all axes from that one on. */
function softmaxFamily(compute: (x: Tensor) => Tensor): OperatorDefinition {
  return {
    read: (node) => {
      const isFlattened = node.opset < 13;
      const axis = node.int('axis', isFlattened ? 1 : -1);
      return (operands) => {
        const x = operands.at(0);
        const rank = x.shape.length;
        const first = normalizeAxis(node.node, axis, rank);
        if (isFlattened && first !== rank - 1) {
          const rows = reshaped(x, [sizeOf(x.shape.slice(0, first)), sizeOf(x.shape.slice(first))]);
          return reshaped(computed(compute(plain(rows))), x.shape);
        }
        return alongLastAxis(x, first, compute);
      };
    },
  };
}

/** Applies what works along the last axis to another one. */
function alongLastAxis(x: Value, axis: number, compute: (x: Tensor) => Tensor): Value {
  if (axis === 1 && isChannelsLast(x)) return computedMap(compute(channelsLast(x)));
  const rank = x.shape.length;
  const order = [...x.shape.keys()].filter((each) => each !== axis).concat(axis);
  const inverse = Array.from({ length: rank }, (_, each) => order.indexOf(each));
  return permuted(computed(compute(plain(permuted(x, order)))), inverse);
}

export const activationOperators: OperatorTable = {
  Celu: activation((node) => {
    const alpha = node.float('alpha', 1);
    return (x) => exponentialUnit(x, alpha, 1, alpha);
  }),
  Clip: clip,
  Elu: activation((node) => {
    const alpha = node.float('alpha', 1);
    return (x) => exponentialUnit(x, alpha);
  }),
  Gelu: gelu,
  HardSigmoid: activation((node) => {
    const [slope, offset] = [node.float('alpha', 0.2), node.float('beta', 0.5)];
    return (x) => hardSigmoid(x, slope, offset);
  }),
  HardSwish: activation(() => (x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  LeakyRelu: activation((node) => {
    const slope = node.float('alpha', 0.01);
    return (x) => leakyRelu(x, slope);
  }),
  LogSoftmax: softmaxFamily((x) => logSoftmax(x, -1)),
  Mish: activation(() => (x) => mul(x, tanh(softplus(x)))),
  PRelu: parametricRelu,
  Relu: activation(() => (x) => relu(x)),
  Selu: activation((node) => {
    const [alpha, gamma] = [node.float('alpha', SELU_ALPHA), node.float('gamma', SELU_GAMMA)];
    return (x) => exponentialUnit(x, alpha, gamma);
  }),
  Sigmoid: activation(() => (x) => sigmoid(x)),
  Softmax: softmaxFamily((x) => softmax(x, -1)),
  Softplus: activation(() => (x) => softplus(x)),
  Softsign: activation(() => (x) => div(x, add(abs(x), 1))),
  Tanh: activation(() => (x) => tanh(x)),
  ThresholdedRelu: activation((node) => {
    const threshold = node.float('alpha', 1);
    const isAbove = withoutGradient((x) => greater(x!, threshold));
    return (x) => where(isAbove(x), x, zerosLike(x));
  }),
};
