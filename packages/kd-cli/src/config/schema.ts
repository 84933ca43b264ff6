import { z } from 'zod';
import { augmentationSchema, viewSchema } from './augmentation-schema.ts';
import type { DistillConfig } from './config.ts';
import { datasetSchema, splitSchema } from './dataset-schema.ts';
import { loggingSchema } from './logging-schema.ts';
import { methodSchema } from './method-schema.ts';
import { modelSchema } from './model-schema.ts';
import { normalizationSchema } from './normalization-schema.ts';
import { optimizerSchema } from './optimizer-schema.ts';
import { learningRateSchema } from './schedule-schema.ts';
import { object, text, wholeNumber } from './schema-parts.ts';
import { studySchema } from './study-schema.ts';
import { teacherSchema } from './teacher-schema.ts';
import { checkpointSchema, trainingSchema } from './training-schema.ts';

/** The form of a configuration: keys, types and ranges. What several keys say together is checked afterwards. */
export const configSchema: z.ZodType<DistillConfig> = object({
  seed: wholeNumber(0).exactOptional(),
  dataset: datasetSchema,
  split: splitSchema.exactOptional(),
  augmentation: augmentationSchema.exactOptional(),
  views: z
    .record(z.string(), viewSchema, { error: 'an object with an augmentation for each view' })
    .exactOptional(),
  normalization: normalizationSchema.exactOptional(),
  teacher: teacherSchema,
  student: object({ model: modelSchema }),
  method: z
    .array(methodSchema, { error: 'a list of methods' })
    .min(1, { error: 'a list of at least one method' }),
  optimizer: optimizerSchema.exactOptional(),
  learningRate: learningRateSchema,
  epochs: wholeNumber(1),
  batchSize: wholeNumber(1).exactOptional(),
  workers: wholeNumber(0).exactOptional(),
  backend: text('the id of a backend, such as ort-cpu').exactOptional(),
  output: text('the path of a folder'),
  training: trainingSchema.exactOptional(),
  checkpoint: checkpointSchema.exactOptional(),
  logging: loggingSchema.exactOptional(),
  study: studySchema.exactOptional(),
});
