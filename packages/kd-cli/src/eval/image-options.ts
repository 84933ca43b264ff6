import { type ImageChannels, type PublishedImagesName, publishedImagesNames } from 'kd-data';
import { choiceOption, integerOption, type ParsedOptions } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';

/** How images in files are read, as options say. */
export interface ImageWish {
  readonly channels: ImageChannels | undefined;
  /** What all of them are resized to, a square. */
  readonly size: number | undefined;
  /** What their shorter side is resized to before the middle is cut out. */
  readonly shorterSide: number | undefined;
  /** The published data set whose layout they have; folders of classes otherwise. */
  readonly layout: PublishedImagesName | undefined;
}

/** `--channels`, `--size`, `--shorter-side` and `--layout`. */
export function imageOptions(options: ParsedOptions): ImageWish {
  const channels = choiceOption(options, 'channels', ['1', '3'] as const);
  const size = integerOption(options, 'size', 1);
  const shorterSide = integerOption(options, 'shorter-side', 1);
  if (shorterSide !== undefined && size === undefined) {
    throw new UsageError('--shorter-side says how images get a size: give --size too.');
  }
  return {
    channels: channels === undefined ? undefined : channels === '1' ? 1 : 3,
    size,
    shorterSide,
    layout: choiceOption(options, 'layout', publishedImagesNames),
  };
}
