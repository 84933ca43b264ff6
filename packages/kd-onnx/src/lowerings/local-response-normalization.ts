import { sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { float, int, ints } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';

interface Settings {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** y = x * (bias + alpha * sum of x^2 over the channels within depthRadius)^-beta. */
const normalize: Lowering = ({ builder, inputs, attributes }: KernelCall) => {
  const x = inputs.x!;
  const { depthRadius, bias, alpha, beta } = attributes as unknown as Settings;
  const graph = builder.cast(materialize(builder, x, NCHW), 'float32');
  const size = 2 * depthRadius + 1;
  const result = builder.op('LRN', [graph], graph, {
    attributes: {
      // ONNX divides by the number of channels in the window.
      alpha: float(alpha * size),
      beta: float(beta),
      bias: float(bias),
      size: int(size),
    },
  });
  return traced(builder.cast(result, x.dtype), x.shape, NCHW);
};

/**
 * dx = dy * n^-beta - 2 alpha beta * x * W(dy * y / n), where n = bias + alpha * W(x^2) and W sums over the channels
 * within depthRadius.
 */
const normalizeGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { x, y, dy } = inputs as Record<'x' | 'y' | 'dy', TracedValue>;
  const { depthRadius, bias, alpha, beta } = attributes as unknown as Settings;
  const { add, div, mul, pow, sub } = arithmetic(builder);
  // Channels last, so that the window slides along the rows of a matrix.
  const [input, output, gradient] = [x, y, dy].map((each) =>
    builder.cast(materialize(builder, each), 'float32'),
  ) as [GraphValue, GraphValue, GraphValue];
  const norm = add(mul(sumOverWindow(builder, mul(input, input), depthRadius), alpha), bias);
  const through = mul(gradient, pow(norm, -beta));
  const around = sumOverWindow(builder, div(mul(gradient, output), norm), depthRadius);
  return traced(builder.cast(sub(through, mul(mul(input, around), 2 * alpha * beta)), x.dtype));
};

/** The sums over up to `radius` neighbours on both sides along the last axis. */
function sumOverWindow(builder: GraphBuilder, value: GraphValue, radius: number): GraphValue {
  const channels = value.shape.at(-1)!;
  // A window beyond the last channel sees no more than one that ends there.
  const reach = Math.min(radius, channels - 1);
  const size = 2 * reach + 1;
  const rows = builder.reshape(value, [sizeOf(value.shape) / channels, 1, channels]);
  const average = builder.op('AveragePool', [rows], rows, {
    attributes: {
      kernel_shape: ints([size]),
      pads: ints([reach, reach]),
      strides: ints([1]),
      count_include_pad: int(1),
    },
  });
  return builder.reshape(arithmetic(builder).mul(average, size), value.shape);
}

export const localResponseNormalizationLowerings: LoweringTable = {
  LRN: normalize,
  LRNGrad: normalizeGradient,
};
