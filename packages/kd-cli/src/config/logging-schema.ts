import { z } from 'zod';
import type { LoggingConfig } from './logging-config.ts';
import { object, wholeNumber } from './schema-parts.ts';

export const loggingSchema: z.ZodType<LoggingConfig> = object({
  csv: z.boolean({ error: 'true or false' }).exactOptional(),
  tensorBoard: z.boolean({ error: 'true or false' }).exactOptional(),
  everySteps: wholeNumber(1).exactOptional(),
});
