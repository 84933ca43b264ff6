import { listModels } from 'kd-models';
import { z } from 'zod';
import type { ModelConfig } from './model-config.ts';
import { aboveZero } from './schema-numbers.ts';
import { object, wholeNumber } from './schema-parts.ts';

const width = wholeNumber(1);
const widthsError = 'four whole numbers: channels of the stem and of the three stages';
const names = listModels().map(({ name }) => name);

export const modelSchema: z.ZodType<ModelConfig> = z.union(
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
