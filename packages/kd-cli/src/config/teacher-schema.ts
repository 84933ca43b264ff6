import { z } from 'zod';
import { modelSchema } from './model-schema.ts';
import { optimizerSchema } from './optimizer-schema.ts';
import { learningRateSchema } from './schedule-schema.ts';
import { aboveZero, belowOne, perChannel } from './schema-numbers.ts';
import { numberIn, object, text, wholeNumber } from './schema-parts.ts';
import { teacherCacheSchema } from './teacher-cache-schema.ts';
import type {
  OnnxTeacherConfig,
  PreprocessingConfig,
  TeacherConfig,
  TeacherTrainingConfig,
} from './teacher-config.ts';

const training: z.ZodType<TeacherTrainingConfig> = object({
  epochs: wholeNumber(1).exactOptional(),
  batchSize: wholeNumber(1).exactOptional(),
  learningRate: learningRateSchema.exactOptional(),
  optimizer: optimizerSchema.exactOptional(),
  labelSmoothing: belowOne.exactOptional(),
});

const preprocessing: z.ZodType<PreprocessingConfig> = object({
  range: aboveZero.exactOptional(),
  mean: perChannel(numberIn({}), 'a number').exactOptional(),
  standardDeviation: perChannel(aboveZero, 'a number above 0').exactOptional(),
  channelOrder: z.enum(['RGB', 'BGR']).exactOptional(),
});

const onnx: z.ZodType<OnnxTeacherConfig> = object({
  input: text('the name of an input').exactOptional(),
  logits: text('the name of an output').exactOptional(),
  taps: z
    .record(z.string(), text('the name of a tensor in the file'), {
      error: 'an object with the name of a tensor for each tap',
    })
    .exactOptional(),
  layout: z.enum(['NCHW', 'NHWC']).exactOptional(),
  batchSize: wholeNumber(1).exactOptional(),
  preprocessing: preprocessing.exactOptional(),
});

export const teacherSchema: z.ZodType<TeacherConfig> = object({
  model: modelSchema.exactOptional(),
  weights: text('the path of a file of weights or of an .onnx file').exactOptional(),
  onnx: onnx.exactOptional(),
  training: training.exactOptional(),
  view: text('the name of a view').exactOptional(),
  cache: teacherCacheSchema.exactOptional(),
});
