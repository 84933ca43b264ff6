import { fillsBlocks } from '../graph/blocked-forms.ts';
import type { TracedValue } from '../trace/traced-value.ts';
import { convolutionInfo } from './convolution.ts';
import { filledInfo, filledMap, unfilledKernel } from './filled-channels.ts';
import { filterGradientByPatches } from './filter-gradient-by-patches.ts';
import { filterGradientByPosition } from './filter-gradient-by-position.ts';
import { filterGradientByWinograd } from './filter-gradient-by-winograd.ts';
import { filterGradientInBlocks } from './filter-gradient-in-blocks.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { isMinimalFilteringFaster } from './minimal-filtering.ts';

/**
 * dW[kh, kw, i, o] = sum over images n and positions (h, w) of x[n, h*s + kh, w*s + kw, i] * dy[n, h, w, o].
 * Three forms: a blocked convolution over positions, one in which batch and channels change places, and a
 * matrix product. Each was the faster one wherever it comes before the next.
 */
const conv2dFilterGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { x, dy } = inputs as Record<'x' | 'dy', TracedValue>;
  const info = convolutionInfo(attributes, x.shape, attributes.filterShape as number[]);
  if (isMinimalFilteringFaster(builder, info)) return filterGradientByWinograd(builder, x, dy, info);
  const { channelBlock } = builder.target;
  const isUnitDilation = info.dilationHeight === 1 && info.dilationWidth === 1;
  const filled = isUnitDilation ? filledInfo(builder, info) : undefined;
  if (filled !== undefined) {
    const [maps, gradient] = [filledMap(builder, x), filledMap(builder, dy)];
    const byPosition = filterGradientByPosition(builder, maps, gradient, filled);
    if (byPosition !== undefined) return unfilledKernel(builder, byPosition, info);
  }
  if (!isUnitDilation || !fillsBlocks(channelBlock, info.outChannels)) {
    return filterGradientByPatches(builder, x, dy, info);
  }
  const byPosition = filterGradientByPosition(builder, x, dy, info);
  if (byPosition !== undefined) return byPosition;
  // Below one block of images, most of the blocked computation would be padding.
  const form = info.batchSize >= channelBlock ? filterGradientInBlocks : filterGradientByPatches;
  return form(builder, x, dy, info);
};

export const convolutionFilterGradientLowerings: LoweringTable = {
  Conv2DBackpropFilter: conv2dFilterGradient,
};
