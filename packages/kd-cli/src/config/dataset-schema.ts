import { z } from 'zod';
import type { DatasetConfig, IdxFilesConfig, SplitConfig } from './dataset-config.ts';
import { aboveZero, fraction } from './schema-numbers.ts';
import { numberIn, object, text, wholeNumber } from './schema-parts.ts';

const classNames: z.ZodType<string[]> = z
  .array(text('a name'), { error: 'a list of names' })
  .min(2, { error: 'a list of at least two names' });

const files: z.ZodType<IdxFilesConfig> = object({ images: text('a path'), labels: text('a path') });

const folder: z.ZodString = text('the path of a folder');

const side = wholeNumber(1);

const reading = {
  size: z
    .union([side, z.tuple([side, side])], {
      error: 'a whole number of at least 1, or a list of height and width',
    })
    .exactOptional(),
  fit: z.enum(['cover', 'stretch']).exactOptional(),
  shorterSide: side.exactOptional(),
  filter: z.enum(['bilinear', 'bicubic']).exactOptional(),
  channels: z.literal([1, 3], { error: '1 or 3' }).exactOptional(),
  decoder: z.enum(['built-in', 'sharp']).exactOptional(),
};

const place = text('the path of a folder or an archive');

const published = <Name extends string>(name: Name) =>
  object({ name: z.literal(name), path: place.exactOptional(), ...reading });

const pixelMaximum = aboveZero.exactOptional();

const npzPart = object({
  file: text('a path'),
  images: text('the name of an array'),
  labels: text('the name of an array'),
});

const manifestPart = object({ file: text('a path'), split: text('a name').exactOptional() });

const tableDatasetSchemas = [
  object({
    name: z.literal('npz'),
    train: npzPart,
    test: npzPart.exactOptional(),
    channelsFirst: z.boolean({ error: 'true or false' }).exactOptional(),
    pixelMaximum,
    classNames: classNames.exactOptional(),
  }),
  object({
    name: z.literal('csv'),
    train: text('a path'),
    test: text('a path').exactOptional(),
    inputShape: z.tuple([side, side, side], { error: 'a list of height, width and channels' }),
    label: text("'first', 'last' or the name of a column").exactOptional(),
    pixelMaximum,
    classNames: classNames.exactOptional(),
  }),
  object({
    name: z.literal('manifest'),
    train: manifestPart,
    test: manifestPart.exactOptional(),
    classNames: classNames.exactOptional(),
    ...reading,
  }),
] as const;

const imageDatasetSchemas = [
  object({
    name: z.literal('images'),
    train: place,
    test: place.exactOptional(),
    classNames: classNames.exactOptional(),
    ...reading,
  }),
  published('tiny-imagenet-200'),
  published('imagenet'),
  published('cinic10'),
  published('mini-imagenet'),
  object({
    name: z.literal('caltech101'),
    path: place.exactOptional(),
    perClass: wholeNumber(1).exactOptional(),
    seed: wholeNumber(0).exactOptional(),
    ...reading,
  }),
] as const;

export const datasetSchema: z.ZodType<DatasetConfig> = z.discriminatedUnion(
  'name',
  [
    object({ name: z.literal('digits') }),
    object({ name: z.literal('mnist'), folder: folder.exactOptional() }),
    object({ name: z.literal('fashion-mnist'), folder: folder.exactOptional() }),
    object({ name: z.literal('cifar10'), folder: folder.exactOptional() }),
    object({ name: z.literal('cifar100'), folder: folder.exactOptional() }),
    object({
      name: z.literal('svhn'),
      folder: folder.exactOptional(),
      extra: z.boolean({ error: 'true or false' }).exactOptional(),
    }),
    object({
      name: z.literal('idx'),
      train: files,
      test: files.exactOptional(),
      classNames,
    }),
    ...tableDatasetSchemas,
    ...imageDatasetSchemas,
  ],
  { error: "an object with the name of a data set, such as 'cifar10', or of files, such as 'images'" },
);

export const splitSchema: z.ZodType<SplitConfig> = object({
  transfer: numberIn({ above: 0, maximum: 1 }).exactOptional(),
  validation: fraction.exactOptional(),
  test: fraction.exactOptional(),
  seed: wholeNumber(0).exactOptional(),
});
