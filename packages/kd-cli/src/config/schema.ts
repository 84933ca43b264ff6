import { listModels } from 'kd-models';
import { z } from 'zod';
import type {
  AugmentationConfig,
  CheckpointConfig,
  DistillConfig,
  IdxFilesConfig,
  ModelConfig,
  NormalizationConfig,
  OnnxTeacherConfig,
  OptimizerConfig,
  PreprocessingConfig,
  SplitConfig,
  TeacherConfig,
  TeacherTrainingConfig,
} from './config.ts';
import { methodSchema } from './method-schema.ts';
import { scheduleSchema } from './schedule-schema.ts';
import { numberIn, object, text, wholeNumber } from './schema-parts.ts';

const atLeastZero = numberIn({ minimum: 0 });
const belowOne = numberIn({ minimum: 0, below: 1 });
const fraction = numberIn({ above: 0, below: 1 });
const aboveZero = numberIn({ above: 0 });

const perChannel = (value: z.ZodNumber, expected: string) => {
  const error = `${expected}, or one for each channel`;
  return z.union([value, z.array(value).min(1, { error })], { error });
};

// A final learning rate of 0 is the usual end of a cosine, so 0 is in the range.
const learningRate = scheduleSchema({ minimum: 0 });

const width = wholeNumber(1);
const widthsError = 'four whole numbers: channels of the stem and of the three stages';
const names = listModels().map(({ name }) => name);
const model: z.ZodType<ModelConfig> = z.union(
  [
    z.enum(names as [string, ...string[]]),
    object({
      name: z.literal('resnet', { error: "'resnet'" }),
      depth: wholeNumber(8),
      widthFactor: aboveZero.exactOptional(),
      widths: z.tuple([width, width, width, width], { error: widthsError }).exactOptional(),
    }),
  ],
  { error: "the name of a model, or { name: 'resnet', depth, widths }" },
);

const optimizer: z.ZodType<OptimizerConfig> = z.discriminatedUnion(
  'name',
  [
    object({
      name: z.literal('sgd'),
      momentum: belowOne.exactOptional(),
      nesterov: z.boolean({ error: 'true or false' }).exactOptional(),
      weightDecay: atLeastZero.exactOptional(),
    }),
    object({
      name: z.literal('adamW'),
      beta1: belowOne.exactOptional(),
      beta2: belowOne.exactOptional(),
      epsilon: aboveZero.exactOptional(),
      weightDecay: atLeastZero.exactOptional(),
    }),
  ],
  { error: "an object with the name 'sgd' or 'adamW'" },
);

const split: z.ZodType<SplitConfig> = object({
  transfer: numberIn({ above: 0, maximum: 1 }).exactOptional(),
  validation: fraction.exactOptional(),
  test: fraction.exactOptional(),
  seed: wholeNumber(0).exactOptional(),
});

const augmentation: z.ZodType<AugmentationConfig> = object({
  padding: wholeNumber(0).exactOptional(),
  flip: numberIn({ minimum: 0, maximum: 1 }).exactOptional(),
  cutout: wholeNumber(0).exactOptional(),
});

const normalization: z.ZodType<NormalizationConfig> = object({
  mean: perChannel(numberIn({}), 'a number'),
  standardDeviation: perChannel(aboveZero, 'a number above 0'),
});

const files: z.ZodType<IdxFilesConfig> = object({ images: text('a path'), labels: text('a path') });

const dataset = z.discriminatedUnion(
  'name',
  [
    object({ name: z.literal('digits') }),
    object({ name: z.literal('cifar100'), folder: text('the path of a folder') }),
    object({
      name: z.literal('idx'),
      train: files,
      test: files.exactOptional(),
      classNames: z
        .array(text('a name'), { error: 'a list of names' })
        .min(2, { error: 'a list of at least two names' }),
    }),
  ],
  { error: "an object with the name 'digits', 'cifar100' or 'idx'" },
);

const training: z.ZodType<TeacherTrainingConfig> = object({
  epochs: wholeNumber(1).exactOptional(),
  batchSize: wholeNumber(1).exactOptional(),
  learningRate: learningRate.exactOptional(),
  optimizer: optimizer.exactOptional(),
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

const teacher: z.ZodType<TeacherConfig> = object({
  model: model.exactOptional(),
  weights: text('the path of a file of weights or of an .onnx file').exactOptional(),
  onnx: onnx.exactOptional(),
  training: training.exactOptional(),
  view: text('the name of a view').exactOptional(),
});

const checkpoint: z.ZodType<CheckpointConfig> = object({
  everySteps: wholeNumber(1).exactOptional(),
  keep: wholeNumber(1).exactOptional(),
});

/** The form of a configuration: keys, types and ranges. What several keys say together is checked afterwards. */
export const configSchema: z.ZodType<DistillConfig> = object({
  seed: wholeNumber(0).exactOptional(),
  dataset,
  split: split.exactOptional(),
  augmentation: augmentation.exactOptional(),
  views: z
    .record(z.string(), augmentation, { error: 'an object with an augmentation for each view' })
    .exactOptional(),
  normalization: normalization.exactOptional(),
  teacher,
  student: object({ model }),
  method: z
    .array(methodSchema, { error: 'a list of methods' })
    .min(1, { error: 'a list of at least one method' }),
  optimizer: optimizer.exactOptional(),
  learningRate,
  epochs: wholeNumber(1),
  batchSize: wholeNumber(1).exactOptional(),
  backend: text('the id of a backend, such as ort-cpu').exactOptional(),
  output: text('the path of a folder'),
  checkpoint: checkpoint.exactOptional(),
});
