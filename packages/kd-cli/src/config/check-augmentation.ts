import type { AugmentationConfig } from './augmentation-config.ts';
import type { DistillConfig } from './config.ts';
import type { ConfigProblem } from './describe-issues.ts';

/** What single keys of an augmentation and of views cannot tell. */
export function checkAugmentation({
  augmentation = {},
  views = {},
  teacher,
}: Pick<DistillConfig, 'augmentation' | 'views' | 'teacher'>): ConfigProblem[] {
  const all: readonly (readonly [string, AugmentationConfig])[] = [
    ['augmentation', augmentation],
    ...Object.entries(views).map(([name, view]) => [`views.${name}`, view] as const),
  ];
  const twice = all.flatMap(([path, { padding = 0, randomResizedCrop = false }]) =>
    padding > 0 && randomResizedCrop !== false
      ? [
          {
            path: `${path}.randomResizedCrop`,
            message: 'must be left out beside padding: both crop the image. Leave out one of them.',
          },
        ]
      : [],
  );
  const mixed = (['mixup', 'cutMix'] as const).flatMap((key) =>
    teacher.cache !== undefined && (augmentation[key] ?? false) !== false
      ? [
          {
            path: `augmentation.${key}`,
            message:
              'must be left out with teacher.cache: mixtures differ from epoch to epoch, so that no answer of the teacher can be used again.',
          },
        ]
      : [],
  );
  return [...twice, ...mixed];
}
