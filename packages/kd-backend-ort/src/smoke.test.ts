import * as tf from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { HostTensor, prngKey, randomNormal, valueAndGradient } from 'kd-core';
import { expect, it } from 'vitest';
import { createOrtBackend } from './index.ts';

it('runs', async () => {
  const b = await createOrtBackend();
  const t = await createTfjsBackend();
  const fn = (a: { x: tf.Tensor4D; w: tf.Tensor4D; w2: tf.Tensor4D; y: tf.Tensor2D }) => {
    const r = valueAndGradient(
      ({ w, w2 }: { w: tf.Tensor; w2: tf.Tensor }) => {
        const h = tf.relu(tf.conv2d(a.x, w as tf.Tensor4D, 1, 1));
        const g = tf.conv2d(h, w2 as tf.Tensor4D, 2, 1);
        const p = tf.mean(g, [1, 2]);
        const l = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(p as tf.Tensor2D), a.y), 1)));
        return { value: l as tf.Scalar, aux: { p } };
      },
      { w: a.w, w2: a.w2 },
    );
    return { loss: r.value, g: r.gradient, p: r.aux };
  };
  const args = {
    x: randomNormal(prngKey(1), [4, 8, 8, 3]),
    w: randomNormal(prngKey(2), [3, 3, 3, 5]),
    w2: randomNormal(prngKey(3), [3, 3, 5, 7]),
    y: randomNormal(prngKey(4), [4, 7]),
  };
  const r1 = await b.download((await b.compile(fn)(args as never)) as never);
  const r2 = await t.download((await t.compile(fn)(args as never)) as never);
  const flat = (o: any): HostTensor[] =>
    o instanceof HostTensor
      ? [o]
      : Object.keys(o)
          .sort()
          .flatMap((k) => flat(o[k]));
  const f1 = flat(r1),
    f2 = flat(r2);
  f1.forEach((x, i) => {
    let m = 0;
    x.data.forEach((v, j) => (m = Math.max(m, Math.abs(v - f2[i]!.data[j]!))));
    console.log(x.shape, m, x.data.slice(0, 3), f2[i]!.data.slice(0, 3));
    expect(m).toBeLessThan(1e-4);
  });
});
