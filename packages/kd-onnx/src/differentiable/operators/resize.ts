import { matMul, reshape as reshapeTensor, tensor2d } from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import { normalizeAxis, type OperatorDefinition, type OperatorTable } from '../operator.ts';
import { broadcast, permuted } from '../rearrange.ts';
import { computed, plain, requireKnownSize, type Value } from '../value.ts';
import { type ResampledAxis, type Resampling, resamplingMatrix } from './resampling.ts';

/** Separable interpolation: along each axis a product with the matrix of weights, so that gradients are exact. */
const resize: OperatorDefinition = {
  settings: [1, 2, 3],
  limits: 'antialiasing, cropping, kept aspect ratios',
  read: (node) => {
    const isFirstVersion = node.opset < 11;
    const resampling: Resampling = {
      mode: node.choice('mode', ['nearest', 'linear', 'cubic']),
      coordinates: isFirstVersion
        ? 'asymmetric'
        : node.choice('coordinate_transformation_mode', [
            'half_pixel',
            'half_pixel_symmetric',
            'pytorch_half_pixel',
            'align_corners',
            'asymmetric',
            'tf_half_pixel_for_nn',
          ]),
      nearest: isFirstVersion
        ? 'floor'
        : node.choice('nearest_mode', ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']),
      cubicCoefficient: node.float('cubic_coeff_a', -0.75),
      excludesOutside: node.flag('exclude_outside'),
    };
    node.float('extrapolation_value', 0);
    node.require(!node.flag('antialias'), 'antialias');
    const policy = node.choice('keep_aspect_ratio_policy', ['stretch', 'not_larger', 'not_smaller']);
    node.require(policy === 'stretch', `keep_aspect_ratio_policy '${policy}'`);
    const axes = node.ints('axes');
    const [scales, sizes] = isFirstVersion ? [1, undefined] : [2, 3];
    return (operands) => {
      const x = operands.at(0);
      const along = (axes ?? [...x.shape.keys()]).map((axis) =>
        normalizeAxis(node.node, axis, x.shape.length),
      );
      const factors = operands.findNumbers(scales);
      const stated = sizes === undefined ? undefined : operands.findNumbers(sizes);
      const resampled = along.map((axis, each): ResampledAxis => {
        const inSize = x.shape[axis]!;
        // An empty list of scales stands for none.
        if (stated !== undefined && stated.length > 0) {
          return { inSize, outSize: stated[each]!, scale: stated[each]! / inSize };
        }
        return scaledAxis(inSize, factors![each]!);
      });
      return along.reduce(
        (value: Value, axis, each) => resampledAlong(value, axis, resampled[each]!, resampling),
        x,
      );
    };
  },
};

/** The predecessor of `Resize`; its scales are an attribute before operator set 9. */
const upsample: OperatorDefinition = {
  settings: [1],
  read: (node) => {
    const mode = node.choice('mode', ['nearest', 'linear']);
    const attribute = node.floats('scales');
    const resampling: Resampling = {
      mode,
      coordinates: 'asymmetric',
      nearest: 'floor',
      cubicCoefficient: 0,
      excludesOutside: false,
    };
    return (operands) => {
      const x = operands.at(0);
      const scales = attribute ?? operands.numbers(1);
      return scales.reduce(
        (value: Value, scale, axis) =>
          resampledAlong(value, axis, scaledAxis(x.shape[axis]!, scale), resampling),
        x,
      );
    };
  },
};

function scaledAxis(inSize: number, scale: number): ResampledAxis {
  return { inSize, outSize: Math.floor(inSize * scale), scale };
}

function resampledAlong(x: Value, axis: number, sizes: ResampledAxis, resampling: Resampling): Value {
  const { inSize, outSize, scale } = sizes;
  if (inSize === outSize && scale === 1) return x;
  requireKnownSize(inSize * outSize);
  const matrix = resamplingMatrix(resampling, sizes);
  const repeats = outSize / inSize;
  if (Number.isInteger(repeats) && isRepetition(matrix, inSize, repeats)) return repeated(x, axis, repeats);
  const rank = x.shape.length;
  const order = [...x.shape.keys()].filter((each) => each !== axis).concat(axis);
  const rows = permuted(x, order);
  const weights = tensor2d(matrix, [outSize, inSize]);
  const y = matMul(reshapeTensor(plain(rows), [sizeOf(x.shape) / inSize, inSize]), weights, false, true);
  const inverse = Array.from({ length: rank }, (_, each) => order.indexOf(each));
  return permuted(computed(reshapeTensor(y, [...rows.shape.slice(0, -1), outSize])), inverse);
}

/** Whether each input element stands `repeats` times in a row. */
function isRepetition(matrix: Float32Array, inSize: number, repeats: number): boolean {
  return matrix.every((weight, index) => {
    const [row, column] = [Math.floor(index / inSize), index % inSize];
    return weight === (Math.floor(row / repeats) === column ? 1 : 0);
  });
}

function repeated(x: Value, axis: number, repeats: number): Value {
  const before = x.shape.slice(0, axis + 1);
  const behind = x.shape.slice(axis + 1);
  const [outer, inner] = [sizeOf(before), sizeOf(behind)];
  const copies = broadcast(reshapeTensor(plain(x), [outer, 1, inner]), [outer, repeats, inner]);
  return computed(reshapeTensor(copies, x.shape.with(axis, x.shape[axis]! * repeats)));
}

export const resizeOperators: OperatorTable = { Resize: resize, Upsample: upsample };
