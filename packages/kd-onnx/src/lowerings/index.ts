import { batchNormalizationLowerings } from './batch-normalization.ts';
import { binaryLowerings } from './binary.ts';
import { convolutionLowerings } from './convolution.ts';
import { convolutionFilterGradientLowerings } from './convolution-filter-gradient.ts';
import { creationLowerings } from './creation.ts';
import { depthwiseConvolutionLowerings } from './depthwise-convolution.ts';
import { indexingLowerings } from './indexing.ts';
import { logicLowerings } from './logic.ts';
import type { LoweringTable } from './lowering.ts';
import { matMulLowerings } from './mat-mul.ts';
import { poolingLowerings } from './pooling.ts';
import { reductionLowerings } from './reduction.ts';
import { shapeLowerings } from './shape.ts';
import { slicingLowerings } from './slicing.ts';
import { softmaxLowerings } from './softmax.ts';
import { unaryLowerings } from './unary.ts';

/** The lowering of every tfjs kernel that can be recorded. */
export const lowerings: LoweringTable = {
  ...batchNormalizationLowerings,
  ...binaryLowerings,
  ...convolutionFilterGradientLowerings,
  ...convolutionLowerings,
  ...creationLowerings,
  ...depthwiseConvolutionLowerings,
  ...indexingLowerings,
  ...logicLowerings,
  ...matMulLowerings,
  ...poolingLowerings,
  ...reductionLowerings,
  ...shapeLowerings,
  ...slicingLowerings,
  ...softmaxLowerings,
  ...unaryLowerings,
};
