const RESULT_SHAPE = 'the shape of its result depends on the values of its inputs';
const CHECKED_VALUES = 'it checks the values of its inputs';
const STRINGS = 'its tensors hold strings';
const COMPLEX = 'graphs have no complex tensors; the tfjs backend keeps pairs of real ones';
const CANVAS = 'it works on images and canvases of a browser';
const NOT_CALLED = 'no function of tfjs-core calls it';

/** Why a kernel of tfjs-core has no lowering. */
export const kernelsWithoutLowering: Readonly<Record<string, string>> = {
  BroadcastArgs: CHECKED_VALUES,
  BroadcastTo: NOT_CALLED,
  Complex: COMPLEX,
  ComplexAbs: COMPLEX,
  Draw: CANVAS,
  FromPixels: CANVAS,
  Imag: COMPLEX,
  LogSoftmax: NOT_CALLED,
  LogicalXor: NOT_CALLED,
  LowerBound: NOT_CALLED,
  MatrixBandPart: NOT_CALLED,
  Multinomial: 'it draws random numbers, which a compiled graph would draw again at every run',
  NonMaxSuppressionV3: RESULT_SHAPE,
  NonMaxSuppressionV4: RESULT_SHAPE,
  NonMaxSuppressionV5: RESULT_SHAPE,
  Pool: NOT_CALLED,
  RaggedGather: RESULT_SHAPE,
  RaggedRange: RESULT_SHAPE,
  RaggedTensorToTensor: RESULT_SHAPE,
  Real: COMPLEX,
  SparseFillEmptyRows: RESULT_SHAPE,
  SparseReshape: CHECKED_VALUES,
  SparseSegmentMean: RESULT_SHAPE,
  SparseSegmentSum: RESULT_SHAPE,
  StaticRegexReplace: STRINGS,
  StringNGrams: STRINGS,
  StringSplit: STRINGS,
  StringToHashBucketFast: STRINGS,
  Unique: RESULT_SHAPE,
  UpperBound: NOT_CALLED,
};
