import { batchNormalizationLowerings } from './batch-normalization.ts';
import { binaryLowerings } from './binary.ts';
import { bincountLowerings } from './bincount.ts';
import { castLowerings } from './cast.ts';
import { concatLowerings } from './concat.ts';
import { convolutionLowerings } from './convolution.ts';
import { convolution3dLowerings } from './convolution-3d.ts';
import { convolutionFilterGradientLowerings } from './convolution-filter-gradient.ts';
import { withAnyOperands } from './convolution-operands.ts';
import { creationLowerings } from './creation.ts';
import { cropAndResizeLowerings } from './crop-and-resize.ts';
import { cumulativeLowerings } from './cumulative.ts';
import { depthwiseConvolutionLowerings } from './depthwise-convolution.ts';
import { diagonalLowerings } from './diagonal.ts';
import { einsumLowerings } from './einsum.ts';
import { onFilledMaps } from './filled-maps.ts';
import { fourierLowerings } from './fourier.ts';
import { fusedLowerings } from './fused.ts';
import { gatherLowerings } from './gather.ts';
import { localResponseNormalizationLowerings } from './local-response-normalization.ts';
import { logicLowerings } from './logic.ts';
import type { LoweringTable } from './lowering.ts';
import { matMulLowerings } from './mat-mul.ts';
import { maxPoolWithArgmaxLowerings } from './max-pool-positions.ts';
import { mirrorPadLowerings } from './mirror-pad.ts';
import { morphologyLowerings } from './morphology.ts';
import { oneHotLowerings } from './one-hot.ts';
import { padLowerings } from './pad.ts';
import { poolingLowerings } from './pooling.ts';
import { poolingGradientLowerings } from './pooling-gradient.ts';
import { projectiveTransformLowerings } from './projective-transform.ts';
import { rectifierLowerings } from './rectifier.ts';
import { reductionLowerings } from './reduction.ts';
import { resizeLowerings } from './resize.ts';
import { resizeGradientLowerings } from './resize-gradient.ts';
import { rotateLowerings } from './rotate.ts';
import { scatterNdLowerings } from './scatter-nd.ts';
import { searchSortedLowerings } from './search-sorted.ts';
import { segmentSumLowerings } from './segment-sum.ts';
import { shapeLowerings } from './shape.ts';
import { sliceLowerings } from './slice.ts';
import { softmaxLowerings } from './softmax.ts';
import { spaceToBatchLowerings } from './space-to-batch.ts';
import { splitLowerings } from './split.ts';
import { tileLowerings } from './tile.ts';
import { topKLowerings } from './top-k.ts';
import { unaryLowerings } from './unary.ts';

const products: LoweringTable = {
  ...matMulLowerings,
  ...withAnyOperands(convolutionLowerings),
  ...withAnyOperands(convolutionFilterGradientLowerings),
  ...withAnyOperands(depthwiseConvolutionLowerings, true),
};

/** The lowering of every tfjs kernel that can be recorded. */
export const lowerings: LoweringTable = {
  ...onFilledMaps(batchNormalizationLowerings),
  ...onFilledMaps(binaryLowerings),
  ...bincountLowerings,
  ...castLowerings,
  ...concatLowerings,
  ...convolution3dLowerings,
  ...creationLowerings,
  ...cumulativeLowerings,
  ...diagonalLowerings,
  ...einsumLowerings,
  ...fourierLowerings,
  ...fusedLowerings(products),
  ...gatherLowerings,
  ...logicLowerings,
  ...maxPoolWithArgmaxLowerings,
  ...cropAndResizeLowerings,
  ...localResponseNormalizationLowerings,
  ...morphologyLowerings,
  ...projectiveTransformLowerings,
  ...resizeLowerings,
  ...resizeGradientLowerings,
  ...rotateLowerings,
  ...mirrorPadLowerings,
  ...oneHotLowerings,
  ...padLowerings,
  ...poolingGradientLowerings,
  ...poolingLowerings,
  ...products,
  ...onFilledMaps(rectifierLowerings),
  ...onFilledMaps(reductionLowerings),
  ...scatterNdLowerings,
  ...searchSortedLowerings,
  ...segmentSumLowerings,
  ...shapeLowerings,
  ...sliceLowerings,
  ...softmaxLowerings,
  ...spaceToBatchLowerings,
  ...splitLowerings,
  ...tileLowerings,
  ...topKLowerings,
  ...onFilledMaps(unaryLowerings),
};
