import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { HostTensor, valueAndGradient } from 'kd-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trace } from './trace.ts';

type X = { x: Tensor };

const spec = (...shape: number[]): HostTensor =>
  new HostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
const x = spec(2, 3);

describe('trace', () => {
  let alive: number;
  beforeAll(async () => {
    await createTfjsBackend();
    alive = tf.memory().numTensors;
  });
  // Whatever happened in the trace, tfjs is as it was.
  afterEach(() => {
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(alive);
    expect(tf.add(1, 2).dataSync()[0]).toBe(3);
    expect(Math.random()).toBeLessThan(1);
    tf.engine().startScope();
    tf.engine().endScope();
    alive = tf.memory().numTensors;
  });

  it('names inputs by their path and lists them in the order of the leaves', () => {
    const traced = trace(
      (args: { b: Tensor[]; a: Tensor; unused: Tensor }) => ({
        y: tf.add(tf.add(args.b[0]!, args.b[1]!), args.a),
      }),
      { b: [spec(2), spec(2)], a: spec(2), unused: spec(7) },
    );
    expect(traced.inputs.map((input) => input.name)).toEqual(['a', 'b/0', 'b/1', 'unused']);
    expect(traced.graph.inputs.map((input) => input.name)).toEqual(['a', 'b/0', 'b/1']);
    expect(traced.structure).toEqual({ y: null });
  });

  it('says which outputs are arguments, and computes equal outputs once', () => {
    const { outputs, graph } = trace(
      ({ x, y }: { x: Tensor; y: Tensor }) => ({
        same: y,
        sum: tf.add(x, y),
        again: tf.add(x, y),
        twin: y.clone(),
      }),
      { x, y: x },
    );
    const kinds = outputs.map((output) => (output.kind === 'input' ? output.index : output.value.name));
    expect(kinds).toEqual([kinds[2], 1, kinds[2], 1]);
    expect(graph.outputs).toHaveLength(1);
  });

  it('records a gradient without computing anything', () => {
    const { graph, outputs } = trace(
      ({ x }: X) => {
        const { value, gradient } = valueAndGradient(
          (params: X) => ({ value: tf.sum(tf.square(params.x)) as tf.Scalar, aux: {} }),
          { x },
        );
        return { value, gradient };
      },
      { x },
    );
    expect(outputs).toHaveLength(2);
    expect(graph.nodes.map((node) => node.opType)).toContain('Mul');
  });

  it('gives constants and arguments as outputs of nodes', () => {
    const { graph } = trace(() => ({ constant: tf.tensor1d([1, 2]), fill: tf.zeros([2, 2]) }), {});
    for (const output of graph.outputs) {
      expect(output.constant).toBeUndefined();
      expect(graph.nodes.some((node) => node.outputs.includes(output))).toBe(true);
    }
  });

  it('counts a schedule value that is an argument as an input', () => {
    const { graph } = trace(({ x, rate }: { x: Tensor; rate: Tensor }) => ({ y: tf.mul(x, rate) }), {
      x,
      rate: spec(),
    });
    expect(graph.inputs.map((input) => input.name).sort()).toEqual(['rate', 'x']);
  });

  const impure: Readonly<Record<string, readonly [(args: X) => object, RegExp]>> = {
    'reads a tensor back': [({ x }) => ({ y: tf.scalar(tf.sum(x).dataSync()[0]!) }), /reads a tensor back/],
    'prints a tensor': [({ x }) => ({ x, printed: tf.print(x) }), /reads a tensor back/],
    'draws random numbers': [() => ({ y: tf.randomNormal([2]) }), /draws random numbers/],
    'calls Math.random': [({ x }) => ({ y: tf.mul(x, Math.random()) }), /draws random numbers/],
    'applies dropout': [({ x }) => ({ y: tf.dropout(x, 0.5) }), /draws random numbers/],
    'is asynchronous': [(async ({ x }: X) => ({ y: tf.neg(x) })) as never, /asynchronous/],
    'traces another function': [() => trace(({ x }: X) => ({ x }), { x }), /traces another/],
  };
  it.each(Object.entries(impure))('refuses a function that %s', (_name, [fn, message]) => {
    expect(() => trace(fn as (args: X) => { y: Tensor }, { x }, { name: 'step' })).toThrow(
      expect.objectContaining({ code: 'TRACE_IMPURE', message: expect.stringMatching(message) }),
    );
  });

  it('listens to the failure of an asynchronous function', async () => {
    const late = async ({ x }: X): Promise<object> => {
      await Promise.resolve();
      return { y: tf.neg(x) };
    };
    expect(() => trace(late as never, { x })).toThrow(/asynchronous/);
    // An unhandled rejection would fail the test run.
    await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('refuses tensors from outside, used or returned', () => {
    const outside = tf.tensor1d([1, 2, 3]);
    try {
      for (const fn of [({ x }: X) => ({ y: tf.add(x, outside) }), () => ({ y: outside })]) {
        expect(() => trace(fn, { x })).toThrow(
          expect.objectContaining({ code: 'TRACE_IMPURE', message: expect.stringMatching(/\[3\].*outside/) }),
        );
      }
      expect([...outside.dataSync()]).toEqual([1, 2, 3]);
    } finally {
      outside.dispose();
    }
  });

  it('refuses tensors of an earlier trace', () => {
    let escaped: Tensor | undefined;
    trace(
      ({ x }: X) => {
        escaped = tf.keep(tf.neg(x));
        return { x };
      },
      { x },
    );
    expect(() => trace(({ x }: X) => ({ y: tf.add(x, escaped!) }), { x })).toThrow(
      expect.objectContaining({ code: 'TRACE_IMPURE' }),
    );
    alive = tf.memory().numTensors;
  });

  it('names a kernel that has no lowering', () => {
    expect(() => trace(({ x }: X) => ({ y: tf.unique(x).values }), { x })).toThrow(
      expect.objectContaining({
        code: 'TRACE_UNSUPPORTED_KERNEL',
        message: expect.stringContaining("'Unique'"),
        details: expect.objectContaining({ kernel: 'Unique' }),
      }),
    );
  });

  it.each([
    ['a number', () => 1],
    ['a tensor alone', ({ x }: X) => x],
    ['nothing', () => undefined],
    ['a number in a tree', () => ({ y: [1] })],
    ['null in a tree', () => ({ y: null })],
    ['undefined in a tree', () => ({ y: undefined })],
  ])('refuses a function that returns %s', (_name, fn) => {
    expect(() => trace(fn as never, { x }, { name: 'step' })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining("'step'") }),
    );
  });

  it('lets the error of the function through', () => {
    const error = new TypeError('as told');
    expect(() =>
      trace(
        ({ x }: X) => {
          tf.neg(x);
          throw error;
        },
        { x },
      ),
    ).toThrow(error);
  });

  it('leaves nothing behind when a differentiated function fails', () => {
    expect(() =>
      trace(
        ({ x }: X) => {
          const { gradient } = valueAndGradient(
            (params: X) => {
              tf.exp(tf.square(params.x));
              throw new Error('as told');
            },
            { x },
          );
          return gradient;
        },
        { x },
      ),
    ).toThrow('as told');
    const { gradient } = tf.tidy(() => ({
      gradient: tf
        .grad((v: Tensor) => tf.sum(tf.square(v)))(tf.scalar(3))
        .dataSync()[0],
    }));
    expect(gradient).toBe(6);
  });
});
