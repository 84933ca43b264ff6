import { happens } from './draws.ts';
import { requireProbability } from './require-options.ts';
import { describedTransform, type Image, type Transform } from './transform.ts';

/** The transform `name`, which does `operation` with the probability in its options and else leaves the image as it is. */
export function withProbability(
  name: string,
  options: Readonly<Record<string, unknown>> & { readonly probability: number },
  operation: (image: Image) => Image,
): Transform {
  const { probability } = options;
  requireProbability('probability', probability);
  return describedTransform({ name, options }, (image, key) =>
    happens(key, probability) ? operation(image) : image,
  );
}
