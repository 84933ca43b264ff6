import { thirdPartyModels } from 'kd-third-party-models';
import { describe, expect, it } from 'vitest';
import { huggingFacePreprocessor } from './hugging-face-preprocessor.ts';
import { using } from './testing/use-model.ts';

describe('a Hugging Face preprocessor configuration', () => {
  it('says scale and size', () => {
    expect(
      huggingFacePreprocessor({
        do_resize: true,
        size: { height: 224, width: 192 },
        do_normalize: true,
        do_rescale: true,
        rescale_factor: 0.00392156862745098,
        image_mean: [0.5, 0.5, 0.5],
        image_std: [0.25, 0.25, 0.25],
      }),
    ).toEqual({
      range: 1,
      mean: [0.5, 0.5, 0.5],
      standardDeviation: [0.25, 0.25, 0.25],
      inputSize: [224, 192],
    });
  });

  it('may crop, leave the scale, or give sizes that depend on the image', () => {
    const crop = {
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      size: { shortest_edge: 256 },
    };
    expect(huggingFacePreprocessor({ ...crop, do_normalize: false })).toEqual({
      range: 1,
      inputSize: [224, 224],
    });
    expect(
      huggingFacePreprocessor({ do_rescale: false, size: { shortest_edge: 256 }, image_mean: 104 }),
    ).toEqual({
      range: 255,
      mean: 104,
      standardDeviation: 1,
    });
    expect(huggingFacePreprocessor({ size: 384, do_normalize: false })).toMatchObject({
      inputSize: [384, 384],
    });
  });

  it('fills in the size that a file leaves open', async () => {
    const preprocessing = huggingFacePreprocessor({
      size: { height: 48, width: 192 },
      image_mean: 0.5,
      image_std: 0.5,
    });
    await using(thirdPartyModels.textDirection.path, { preprocessing }, async (model) => {
      expect(model.inputShape).toEqual([48, 192, 3]);
    });
  });

  it.each([null, [], 'text', { rescale_factor: 0 }, { image_mean: 'half' }, { image_std: [null] }])(
    'is refused when it is none: %j',
    (config) => {
      expect(() => huggingFacePreprocessor(config)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    },
  );
});
