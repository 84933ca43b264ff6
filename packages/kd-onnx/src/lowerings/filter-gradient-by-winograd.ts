import type { GraphBuilder } from '../graph/graph-builder.ts';
import { winogradKernelGradient } from '../graph/winograd-kernel-gradient.ts';
import { HWNC, materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import type { ConvolutionInfo } from './convolution.ts';

/** The filter gradient by Winograd's minimal filtering, from the factors of the input that the forward pass has. */
export function filterGradientByWinograd(
  builder: GraphBuilder,
  x: TracedValue,
  dy: TracedValue,
  info: ConvolutionInfo,
): TracedValue {
  const gradient = winogradKernelGradient(builder, {
    image: materialize(builder, x, HWNC),
    gradient: materialize(builder, dy, HWNC),
    padding: [info.padInfo.top, info.padInfo.left],
  });
  return traced(gradient, info.filterShape);
}
