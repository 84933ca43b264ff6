import { z } from 'zod';
import { object, text, wholeNumber } from './schema-parts.ts';
import type { StudyConfig } from './study-config.ts';

export const studySchema: z.ZodType<StudyConfig> = object({
  seeds: wholeNumber(1).exactOptional(),
  studentAlone: z.boolean({ error: 'true or false' }).exactOptional(),
  liveTeacherEpochs: wholeNumber(0).exactOptional(),
  title: text('a title').exactOptional(),
  page: text('the path of a Markdown file').exactOptional(),
});
