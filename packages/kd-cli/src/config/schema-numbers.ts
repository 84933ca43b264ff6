import { z } from 'zod';
import { numberIn } from './schema-parts.ts';

// Ranges that many settings share.

export const atLeastZero: z.ZodNumber = numberIn({ minimum: 0 });
export const aboveZero: z.ZodNumber = numberIn({ above: 0 });
export const belowOne: z.ZodNumber = numberIn({ minimum: 0, below: 1 });
export const fraction: z.ZodNumber = numberIn({ above: 0, below: 1 });

/** One value for all channels, or one for each. */
export const perChannel = (value: z.ZodNumber, expected: string): z.ZodType<number | number[]> => {
  const error = `${expected}, or one for each channel`;
  return z.union([value, z.array(value).min(1, { error })], { error });
};
