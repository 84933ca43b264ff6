import { backend_util } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { explicitPadding, namedPadding } from './padding.ts';

it('knows which paddings are TensorFlow’s own', () => {
  const upTo = (max: number, min = 1): fc.Arbitrary<[number, number]> =>
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
  fc.assert(
    fc.property(upTo(9), upTo(4), upTo(3), upTo(2), (size, window, strides, dilations) => {
      const { padInfo } = backend_util.computeConv2DInfo(
        [1, ...size, 1],
        [...window, 1, 1],
        strides,
        dilations,
        'same',
      );
      const { top, bottom, left, right } = padInfo;
      const named = namedPadding(
        [
          [top, bottom],
          [left, right],
        ],
        [1, ...size, 1],
        window,
        { strides, dilations, pad: 'same' },
      );
      expect(named).toBe(top + bottom + left + right === 0 ? 'valid' : 'same');
      const wider = namedPadding(
        [
          [top + 1, bottom],
          [left, right],
        ],
        [1, ...size, 1],
        window,
        { strides, dilations, pad: 'same' },
      );
      expect(wider).toBeUndefined();
    }),
  );
});

it('reads paddings that are spelled out', () => {
  expect(explicitPadding('same')).toBeUndefined();
  expect(explicitPadding(2)).toEqual([
    [2, 2],
    [2, 2],
  ]);
  expect(
    explicitPadding([
      [0, 0],
      [1, 2],
      [3, 4],
      [0, 0],
    ]),
  ).toEqual([
    [1, 2],
    [3, 4],
  ]);
});
