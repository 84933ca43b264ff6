import { z } from 'zod';

// Loose where a later version of the same format may say more. What is checked here is what the trainer reads: the rest
// of a manifest is compared as a whole, as the configuration is.

const number = z.custom<number>((value) => typeof value === 'number', { error: 'must be a number' });
const count = z.int().min(0);
const text = z.string().max(10_000);
const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be 64 hexadecimal digits' });
const keyWord = z.int().min(0).max(0xffff_ffff);
const numbers = z.record(text, number);

const progress = z.looseObject({
  stage: z.enum(['warm-up', 'main']),
  step: count,
  epoch: count,
  key: z.tuple([keyWord, keyWord]),
  backend: text,
  configuration: z.json(),
  schedules: z.record(text, hash),
  history: z.array(
    z.looseObject({
      epoch: count,
      loss: number,
      terms: numbers,
      accuracy: number,
      validation: z.looseObject({ count, top1: number, top5: number, nll: number }).exactOptional(),
    }),
  ),
  totals: z.looseObject({ samples: count, loss: number, terms: numbers, correct: number }),
  best: z.looseObject({ metric: text, epoch: count, step: count, value: number }).exactOptional(),
  consecutiveSkips: count.exactOptional(),
});

/** What of a manifest the trainer relies on. */
export const manifestSchema: z.ZodType = z.looseObject({
  format: z.string(),
  name: text,
  best: z.boolean(),
  software: z.record(text, text),
  tensors: z.strictObject({ file: text, bytes: count, sha256: hash }),
  progress,
});
