import { describe, expect, it } from 'vitest';
import { UsageError } from '../cli/usage-error.ts';
import { forChannels, normalizationIn, normalizationOption } from './normalization.ts';

describe('normalizationOption', () => {
  it('takes a name, or the numbers', () => {
    expect(normalizationOption({})).toBeUndefined();
    expect(normalizationOption({ normalize: 'none' })).toBe('none');
    // The constants of torchvision's documentation.
    expect(normalizationOption({ normalize: 'imagenet' })).toEqual({
      name: 'imagenet',
      mean: [0.485, 0.456, 0.406],
      standardDeviation: [0.229, 0.224, 0.225],
    });
    // What the parser makes of `--mean 0.1,-0.2,0.3 --std 0.5`.
    expect(normalizationOption({ mean: '0.1,-0.2, 0.3', std: 0.5 })).toEqual({
      name: 'given',
      mean: [0.1, -0.2, 0.3],
      standardDeviation: [0.5],
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ mean: '1' }, '--mean and --std go together'],
    [{ std: '1' }, '--mean and --std go together'],
    [{ mean: '1', std: '1', normalize: 'imagenet' }, 'give one or the other'],
    [{ mean: '1,x', std: '1' }, "--mean must be numbers with commas between them, got '1,x'"],
    [{ mean: '1,', std: '1' }, '--mean must be numbers'],
    [{ normalize: 'imagnet' }, "got 'imagnet'. Did you mean 'imagenet'?"],
    [{ normalize: 'constructor' }, "got 'constructor'"],
  ])('refuses %j', (options, message) => {
    expect(() => normalizationOption(options)).toThrow(UsageError);
    expect(() => normalizationOption(options)).toThrow(message);
  });
});

describe('normalizationIn', () => {
  it('reads lists as JSON and with commas', () => {
    expect(normalizationIn({ format: 'pt' })).toBeUndefined();
    expect(normalizationIn({ mean: '[0.5, 0.25]', std: '0.5,1' })).toEqual({
      name: "the file's own",
      mean: [0.5, 0.25],
      standardDeviation: [0.5, 1],
    });
  });

  it.each([{ mean: '[1]' }, { std: '1' }, { mean: 'x', std: '1' }, { mean: '[]', std: '1' }])(
    'refuses %j',
    (metadata) => {
      expect(() => normalizationIn(metadata)).toThrow(/mean and std must both be lists of numbers/);
    },
  );
});

describe('forChannels', () => {
  const name = 'mine';
  it('spreads a single value over the channels', () => {
    expect(forChannels({ name, mean: [0.5], standardDeviation: [1, 2, 3] }, 3)).toEqual({
      name,
      mean: [0.5, 0.5, 0.5],
      standardDeviation: [1, 2, 3],
    });
  });

  it('refuses another number of values', () => {
    const three = { name, mean: [1, 2, 3], standardDeviation: [1, 1, 1] };
    expect(() => forChannels(three, 1)).toThrow(
      /mean of 'mine' has 3 values, but the images have 1 channel\. /,
    );
  });
});
