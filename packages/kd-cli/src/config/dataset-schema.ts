import { z } from 'zod';
import type { DatasetConfig, IdxFilesConfig, SplitConfig } from './dataset-config.ts';
import { fraction } from './schema-numbers.ts';
import { numberIn, object, text, wholeNumber } from './schema-parts.ts';

const classNames: z.ZodType<string[]> = z
  .array(text('a name'), { error: 'a list of names' })
  .min(2, { error: 'a list of at least two names' });

const files: z.ZodType<IdxFilesConfig> = object({ images: text('a path'), labels: text('a path') });

const folder: z.ZodString = text('the path of a folder');

export const datasetSchema: z.ZodType<DatasetConfig> = z.discriminatedUnion(
  'name',
  [
    object({ name: z.literal('digits') }),
    object({ name: z.literal('mnist'), folder }),
    object({ name: z.literal('fashion-mnist'), folder: folder.exactOptional() }),
    object({ name: z.literal('cifar10'), folder }),
    object({ name: z.literal('cifar100'), folder }),
    object({
      name: z.literal('svhn'),
      folder,
      extra: z.boolean({ error: 'true or false' }).exactOptional(),
    }),
    object({
      name: z.literal('idx'),
      train: files,
      test: files.exactOptional(),
      classNames,
    }),
    object({
      name: z.literal('images'),
      train: text('the path of a folder or an archive'),
      test: text('the path of a folder or an archive').exactOptional(),
      channels: z.literal([1, 3], { error: '1 or 3' }).exactOptional(),
      classNames: classNames.exactOptional(),
    }),
  ],
  { error: "an object with the name of a data set, such as 'cifar10', or of files, such as 'images'" },
);

export const splitSchema: z.ZodType<SplitConfig> = object({
  transfer: numberIn({ above: 0, maximum: 1 }).exactOptional(),
  validation: fraction.exactOptional(),
  test: fraction.exactOptional(),
  seed: wholeNumber(0).exactOptional(),
});
