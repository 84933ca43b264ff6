import type { z } from 'zod';
import { object, wholeNumber } from './schema-parts.ts';
import type { CheckpointConfig } from './training-config.ts';

export const checkpointSchema: z.ZodType<CheckpointConfig> = object({
  everySteps: wholeNumber(1).exactOptional(),
  keep: wholeNumber(1).exactOptional(),
});
