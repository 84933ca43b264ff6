import type { OperatorTable } from '../operator.ts';
import { activationOperators } from './activation.ts';
import { arithmeticOperators } from './arithmetic.ts';
import { constantOperators } from './constant.ts';
import { convolutionOperators } from './convolution.ts';
import { depthToSpaceOperators } from './depth-to-space.ts';
import { logicOperators } from './logic.ts';
import { matMulOperators } from './mat-mul.ts';
import { normalizationOperators } from './normalization.ts';
import { poolingOperators } from './pooling.ts';
import { reductionOperators } from './reduction.ts';
import { resizeOperators } from './resize.ts';
import { selectionOperators } from './selection.ts';
import { shapeOperators } from './shape.ts';

/** Every ONNX operator that is read back into tfjs-core ops. */
export const onnxOperators: OperatorTable = {
  ...activationOperators,
  ...arithmeticOperators,
  ...constantOperators,
  ...convolutionOperators,
  ...depthToSpaceOperators,
  ...logicOperators,
  ...matMulOperators,
  ...normalizationOperators,
  ...poolingOperators,
  ...reductionOperators,
  ...resizeOperators,
  ...selectionOperators,
  ...shapeOperators,
};
