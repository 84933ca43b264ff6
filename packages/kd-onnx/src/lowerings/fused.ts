import { KdError } from 'kd-core';
import { reshapeTraced } from '../trace/reshape.ts';
import type { TracedValue } from '../trace/traced-value.ts';
import { binaryLowerings } from './binary.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import { rectifierLowerings } from './rectifier.ts';
import { unaryLowerings } from './unary.ts';

const ACTIVATIONS: LoweringTable = {
  elu: rectifierLowerings.Elu!,
  leakyrelu: rectifierLowerings.LeakyRelu!,
  linear: ({ inputs }) => inputs.x!,
  prelu: rectifierLowerings.Prelu!,
  relu: rectifierLowerings.Relu!,
  relu6: rectifierLowerings.Relu6!,
  sigmoid: unaryLowerings.Sigmoid!,
};

/** A product or convolution with bias and activation: what fusing can gain, the runtime does by itself. */
function fused(lower: Lowering): Lowering {
  return (call) => {
    const { builder, inputs, attributes } = call;
    const { bias, preluActivationWeights } = inputs;
    const product = lower(call) as TracedValue;
    const sum =
      bias === undefined
        ? product
        : binaryLowerings.Add!({
            builder,
            inputs: { a: product, b: perChannel(call, bias) },
            attributes: {},
          });
    const activation = (attributes.activation as string | null | undefined) ?? 'linear';
    const activate = ACTIVATIONS[activation];
    if (activate === undefined) {
      throw new KdError(
        'UNSUPPORTED',
        `There is no fused activation '${activation}'; use one of ${Object.keys(ACTIVATIONS).join(', ')}.`,
      );
    }
    return activate({
      builder,
      inputs: {
        x: sum as TracedValue,
        ...(preluActivationWeights === undefined ? {} : { alpha: perChannel(call, preluActivationWeights) }),
      },
      attributes: { alpha: attributes.leakyreluAlpha },
    });
  };
}

/** A vector of one number a channel, beside images whose channels come first. */
function perChannel({ builder, attributes }: KernelCall, value: TracedValue): TracedValue {
  const isVector = value.shape.length === 1 && value.shape[0] !== 1;
  if (attributes.dataFormat !== 'NCHW' || !isVector) return value;
  return reshapeTraced(builder, value, [value.shape[0]!, 1, 1]);
}

/** The fused kernels of the convolutions and the matrix product in `table`. */
export function fusedLowerings(table: LoweringTable): LoweringTable {
  return {
    _FusedMatMul: fused(table.BatchMatMul!),
    FusedConv2D: fused(table.Conv2D!),
    FusedDepthwiseConv2D: fused(table.DepthwiseConv2dNative!),
  };
}
