import { z } from 'zod';
import { aboveZero } from './schema-numbers.ts';
import { object, text, wholeNumber } from './schema-parts.ts';
import type { TeacherCacheConfig } from './teacher-cache-config.ts';

export const teacherCacheSchema: z.ZodType<TeacherCacheConfig> = object({
  folder: text('the path of a folder').exactOptional(),
  variants: wholeNumber(1).exactOptional(),
  logits: z
    .union([z.literal('float32'), object({ top: wholeNumber(1) })], {
      error: "'float32', or { top } with the number of logits to keep of each image",
    })
    .exactOptional(),
  augmentationSeed: wholeNumber(0).exactOptional(),
  maximumGigabytes: aboveZero.exactOptional(),
  fill: z.enum(['ahead', 'first pass'], { error: "'ahead' or 'first pass'" }).exactOptional(),
});
