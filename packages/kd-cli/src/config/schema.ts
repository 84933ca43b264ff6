import { listModels } from 'kd-models';
import { z } from 'zod';
import type {
  AugmentationConfig,
  CheckpointConfig,
  DistillConfig,
  IdxFilesConfig,
  MethodConfig,
  ModelConfig,
  NormalizationConfig,
  OnnxTeacherConfig,
  OptimizerConfig,
  PreprocessingConfig,
  ScheduleConfig,
  SplitConfig,
  TeacherConfig,
  TeacherTrainingConfig,
} from './config.ts';

// The error text of every part says what is expected, as the end of "<path> must be ...".

const number = (
  expected: string,
  range: { min?: number; above?: number; max?: number; below?: number } = {},
) => {
  let schema = z.number({ error: expected });
  if (range.min !== undefined) schema = schema.min(range.min, { error: expected });
  if (range.above !== undefined) schema = schema.gt(range.above, { error: expected });
  if (range.max !== undefined) schema = schema.max(range.max, { error: expected });
  if (range.below !== undefined) schema = schema.lt(range.below, { error: expected });
  return schema;
};

const wholeNumber = (min: number) => {
  const error = `a whole number of at least ${min}`;
  return z.int({ error }).min(min, { error });
};

const text = (expected: string) => z.string({ error: expected }).min(1, { error: expected });

const object = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const keys = Object.keys(shape).map((key) => `'${key}'`);
  return z.strictObject(shape, {
    error: `an object with ${keys.length === 1 ? 'the key' : 'the keys'} ${keys.join(', ')}`,
  });
};

const atLeastZero = number('a number of at least 0', { min: 0 });
const belowOne = number('a number from 0 to below 1', { min: 0, below: 1 });
const fraction = number('a number between 0 and 1', { above: 0, below: 1 });
const aboveZero = number('a number above 0', { above: 0 });

const perChannel = (value: z.ZodNumber, expected: string) => {
  const error = `${expected}, or one for each channel`;
  return z.union([value, z.array(value).min(1, { error })], { error });
};

/** A scalar whose plain values satisfy `value`. */
const scheduleOf = (value: z.ZodNumber, expected: string): z.ZodType<ScheduleConfig> =>
  z.union(
    [
      value,
      z.discriminatedUnion('name', [
        object({
          name: z.literal('cosine'),
          initial: value,
          final: value.exactOptional(),
          warmupSteps: wholeNumber(0).exactOptional(),
        }),
        object({
          name: z.literal('step'),
          initial: value,
          milestones: z.array(wholeNumber(0), { error: 'a list of epochs' }),
          factor: number('a number above 0', { above: 0 }).exactOptional(),
          warmupSteps: wholeNumber(0).exactOptional(),
        }),
      ]),
    ],
    { error: `${expected}, or a schedule with the name 'cosine' or 'step'` },
  );

const weight = scheduleOf(atLeastZero, 'a number of at least 0').exactOptional();
const temperature = scheduleOf(number('a number above 0', { above: 0 }), 'a number above 0').exactOptional();
// A final learning rate of 0 is the usual end of a cosine, so 0 is in the range.
const learningRate = scheduleOf(atLeastZero, 'a number of at least 0');

const width = wholeNumber(1);
const widthsError = 'four whole numbers: channels of the stem and of the three stages';
const names = listModels().map(({ name }) => name);
const model: z.ZodType<ModelConfig> = z.union(
  [
    z.enum(names as [string, ...string[]]),
    object({
      name: z.literal('resnet', { error: "'resnet'" }),
      depth: wholeNumber(8),
      widthFactor: number('a number above 0', { above: 0 }).exactOptional(),
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
      epsilon: number('a number above 0', { above: 0 }).exactOptional(),
      weightDecay: atLeastZero.exactOptional(),
    }),
  ],
  { error: "an object with the name 'sgd' or 'adamW'" },
);

const tap = text("the name of a tap, such as 'stage2'");

const method: z.ZodType<MethodConfig> = z.discriminatedUnion(
  'name',
  [
    object({ name: z.literal('crossEntropy'), weight, labelSmoothing: belowOne.exactOptional() }),
    object({ name: z.literal('hinton'), weight, temperature }),
    object({
      name: z.literal('fitnet'),
      weight,
      studentTap: tap.exactOptional(),
      teacherTap: tap.exactOptional(),
    }),
    object({
      name: z.literal('attentionTransfer'),
      weight,
      pairs: z
        .array(object({ student: tap, teacher: tap }), {
          error: 'a list of pairs { student, teacher } of taps',
        })
        .min(1, { error: 'a list of at least one pair { student, teacher } of taps' }),
      variant: z.enum(['reference', 'paper']).exactOptional(),
    }),
    object({
      name: z.literal('marginCrossEntropy'),
      weight,
      kind: z.enum(['arcface', 'cosface']).exactOptional(),
      margin: number('a number from 0 to below pi', { min: 0, below: Math.PI }).exactOptional(),
      scale: number('a number above 0', { above: 0 }).exactOptional(),
    }),
    object({
      name: z.literal('embeddingDistillation'),
      weight,
      studentTap: tap.exactOptional(),
      teacherTap: tap.exactOptional(),
    }),
  ],
  { error: 'an object with the name of a method' },
);

const split: z.ZodType<SplitConfig> = object({
  validation: fraction.exactOptional(),
  test: fraction.exactOptional(),
  seed: wholeNumber(0).exactOptional(),
});

const augmentation: z.ZodType<AugmentationConfig> = object({
  padding: wholeNumber(0).exactOptional(),
  flip: number('a number from 0 to 1', { min: 0, max: 1 }).exactOptional(),
});

const normalization: z.ZodType<NormalizationConfig> = object({
  mean: perChannel(number('a number'), 'a number'),
  standardDeviation: perChannel(aboveZero, 'a number above 0'),
});

const files: z.ZodType<IdxFilesConfig> = object({ images: text('a path'), labels: text('a path') });

const dataset = z.discriminatedUnion(
  'name',
  [
    object({ name: z.literal('digits') }),
    object({
      name: z.literal('idx'),
      train: files,
      test: files.exactOptional(),
      classNames: z
        .array(text('a name'), { error: 'a list of names' })
        .min(2, { error: 'a list of at least two names' }),
    }),
  ],
  { error: "an object with the name 'digits' or 'idx'" },
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
  mean: perChannel(number('a number'), 'a number').exactOptional(),
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
  normalization: normalization.exactOptional(),
  teacher,
  student: object({ model }),
  method: z.array(method, { error: 'a list of methods' }).min(1, { error: 'a list of at least one method' }),
  optimizer: optimizer.exactOptional(),
  learningRate,
  epochs: wholeNumber(1),
  batchSize: wholeNumber(1).exactOptional(),
  backend: text('the id of a backend, such as ort-cpu').exactOptional(),
  output: text('the path of a folder'),
  checkpoint: checkpoint.exactOptional(),
});
