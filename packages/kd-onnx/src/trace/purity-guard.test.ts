import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { crossEntropy, HostTensor, KdError, valueAndGradient } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trace } from './trace.ts';

type X = { x: Tensor };
type Program = (args: X) => unknown;

const thisFile = fileURLToPath(import.meta.url);
const lines = readFileSync(thisFile, 'utf8').split('\n');

/** What stands in this file where the error says that something is wrong. */
function codeAt(at: unknown): string {
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/.exec(String(at))!;
  expect(file).toBe(thisFile);
  return lines[Number(line) - 1]!.slice(Number(column) - 1);
}

function refusalOf(program: Program): KdError {
  try {
    trace(
      program as (args: X) => object,
      { x: new HostTensor(new Float32Array(6), [2, 3]) },
      { name: 'step' },
    );
  } catch (error) {
    if (KdError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('The program was not refused.');
}

let live: Tensor;
let labels: Tensor1D;
let disposed: Tensor;
let alive: number;
beforeAll(async () => {
  await createTfjsBackend();
  live = tf.tensor1d([1, 2, 3]);
  labels = tf.tensor1d([0, 1], 'int32');
  disposed = tf.tensor1d([1, 2]);
  disposed.dispose();
  alive = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(alive);
  live.dispose();
  labels.dispose();
});

/** Helpers of the kind that a program has: what is wrong is found in them, not where they are called. */
const noisy = (x: Tensor): Tensor => tf.add(x, tf.randomNormal(x.shape));
const logged = (x: Tensor): Tensor => {
  console.debug(x.dataSync());
  return x;
};
const differentiate = (loss: (x: Tensor) => Tensor, x: Tensor): Tensor =>
  valueAndGradient((params: X) => ({ value: tf.sum(loss(params.x)) as tf.Scalar, aux: {} }), { x }).gradient
    .x;

const randomPrograms: Record<string, [Program, op: string, code: string]> = {
  'in a helper': [({ x }) => noisy(x), 'randomNormal', 'randomNormal(x.shape)'],
  uniformly: [() => tf.randomUniform([2]), 'randomUniform', 'randomUniform('],
  'as integers': [() => tf.randomUniformInt([2], 0, 9), 'randomUniformInt', 'randomUniformInt('],
  'of a truncated normal': [() => tf.truncatedNormal([2]), 'truncatedNormal', 'truncatedNormal('],
  'of a gamma distribution': [() => tf.randomGamma([2], 1), 'randomGamma', 'randomGamma('],
  'of a standard normal': [
    () => tf.randomStandardNormal([2]),
    'randomStandardNormal',
    'randomStandardNormal(',
  ],
  'for dropout': [({ x }) => tf.dropout(x, 0.5), 'dropout', 'dropout(x'],
  'of a multinomial': [({ x }) => tf.multinomial(x as Tensor2D, 3), 'multinomial', 'multinomial('],
  'by itself': [({ x }) => tf.mul(x, Math.random()), 'Math.random', 'random())'],
  'for tf.rand': [() => tf.rand([2], () => Math.random()), 'rand', 'random())'],
  'in a tidy': [({ x }) => tf.tidy(() => tf.dropout(x, 0.5)), 'dropout', 'dropout(x'],
  'to be differentiated': [({ x }) => differentiate((v) => tf.dropout(v, 0.5), x), 'dropout', 'dropout(v'],
};

const readingPrograms: Record<string, [Program, op: string, code: string]> = {
  dataSync: [({ x }) => tf.scalar(tf.sum(x).dataSync()[0]!), 'dataSync', 'dataSync()[0]'],
  arraySync: [({ x }) => tf.tensor(x.arraySync() as number[][]), 'arraySync', 'arraySync()'],
  data: [({ x }) => [x, x.data()], 'data', 'data()]'],
  array: [({ x }) => [x, x.array()], 'array', 'array()]'],
  print: [({ x }) => [x, void tf.print(x)], 'print', 'print(x)]'],
  'conversion to text': [({ x }) => [x, `${x.toString()}`], 'toString', 'toString()'],
  'data in an asynchronous function': [async ({ x }) => [x, await x.data()], 'data', 'data()]'],
  'dataSync in a helper': [({ x }) => logged(tf.neg(x)), 'dataSync', 'dataSync()'],
  'dataSync inside of a gradient': [
    ({ x }) => differentiate((v) => tf.mul(v, v.dataSync()[0]!), x),
    'dataSync',
    'dataSync()[0]',
  ],
};

const capturingPrograms: Record<string, [Program, op: string, code: string, what: RegExp]> = {
  'in an op': [
    ({ x }) => tf.add(x, live),
    'add',
    'add(x, live)',
    /float32 tensor of shape \[3\] made outside of 'step'\. Pass/,
  ],
  'in a loss of the SDK': [
    ({ x }) => crossEntropy({ logits: x as Tensor2D, labels }),
    'oneHot',
    'crossEntropy(',
    /int32 tensor of shape \[2\] made outside of 'step'\. Pass/,
  ],
  'in a gradient': [
    ({ x }) => differentiate((v) => tf.mul(v, tf.sum(live)), x),
    'sum',
    'sum(live)',
    /\[3\] made outside of 'step'\. Pass/,
  ],
  'that is disposed': [
    ({ x }) => tf.concat([tf.reshape(x, [6]), disposed]),
    'concat',
    'concat([',
    /\[2\] made outside of 'step' and disposed since\./,
  ],
  'that is disposed, by one of its methods': [
    () => disposed.clone(),
    'clone',
    'clone(),',
    /uses a tensor that has been disposed\./,
  ],
};

const refused = (error: KdError, op: string, code: string): void => {
  expect(error.code).toBe('TRACE_IMPURE');
  expect(error.message).toContain(`'${error.details.op}' at ${error.details.at} `);
  expect(error.details.op).toBe(op);
  expect(codeAt(error.details.at)).toMatch(new RegExp(`^${code.replace(/[()[\]]/g, '\\$&')}`));
};

describe('a program that draws random numbers', () => {
  it.each(Object.entries(randomPrograms))('%s', (_name, [program, op, code]) => {
    const error = refusalOf(program);
    refused(error, op, code);
    expect(error.message).toContain('PRNG key');
  });

  it('may draw them with a seed, since they are the same at every run', () => {
    const x = new HostTensor(new Float32Array(2), [2]);
    const program = ({ x }: X): X => ({ x: tf.add(x, tf.randomNormal([2], 0, 1, 'float32', 7)) });
    expect(trace(program, { x }).graph.nodes).toHaveLength(1);
  });
});

describe('a program that reads a tensor by', () => {
  it.each(Object.entries(readingPrograms))('%s', (_name, [program, op, code]) => {
    const error = refusalOf(program);
    refused(error, op, code);
    expect(error.message).toContain("while 'step' is recorded");
  });
});

describe('a program that depends on a captured tensor', () => {
  it.each(Object.entries(capturingPrograms))('%s', (_name, [program, op, code, what]) => {
    const error = refusalOf(program);
    refused(error, op, code);
    expect(error.message).toMatch(what);
  });

  it('in its result', () => {
    const error = refusalOf(({ x }) => ({ x, kept: [live] }));
    expect(error.message).toMatch(
      /^'step' returns at 'kept\/0' a float32 tensor of shape \[3\] made outside/,
    );
  });
});

it('refuses a program that disposes of its own tensor too early', () => {
  const error = refusalOf(({ x }) => {
    const y = tf.neg(x);
    y.dispose();
    return { z: tf.exp(y) };
  });
  refused(error, 'exp', 'exp(y)');
  expect(error.message).toMatch(/that 'step' has disposed\./);
});

it.each<[string, Program, op: string, code: string]>([
  ['makes', ({ x }) => tf.variable(x), 'variable', 'variable(x)'],
  ['makes, of a tensor from outside,', () => tf.variable(live), 'variable', 'variable(live)'],
])('refuses a program that %s a variable', (_name, program, op, code) => {
  const error = refusalOf(program);
  refused(error, op, code);
  expect(error.message).toContain('changes a tfjs variable');
  expect(Object.keys(tf.engine().registeredVariables)).toEqual([]);
});

it('refuses a program that assigns to a variable from outside', () => {
  const counter = tf.tidy(() => tf.variable(tf.zeros([2, 3])));
  const error = refusalOf(({ x }) => {
    counter.assign(tf.neg(x));
    return { x };
  });
  refused(error, 'assign', 'assign(tf.neg(x))');
  expect(counter.isDisposed).toBe(true);
});

it('refuses a program that hides what it did', () => {
  const error = refusalOf(({ x }) => {
    try {
      return { y: tf.mul(x, x.dataSync()[0]!) };
    } catch {
      return { y: tf.mul(x, 2) };
    }
  });
  refused(error, 'dataSync', 'dataSync()');
});

it('says which op needs a kernel that has no lowering, and where', () => {
  const error = refusalOf(({ x }) => tf.unique(x).values);
  expect(error.code).toBe('TRACE_UNSUPPORTED_KERNEL');
  expect(error.details).toMatchObject({ op: 'unique', kernel: 'Unique' });
  expect(codeAt(error.details.at)).toMatch(/^unique\(x\)/);
  expect(error.message).toContain(`'unique' at ${error.details.at} needs the tfjs kernel 'Unique'`);
});

it('says which op a lowering refuses, and where', () => {
  const error = refusalOf(({ x }) => tf.expandDims(x, -9));
  expect(error.code).toBe('INVALID_ARGUMENT');
  expect(error.details).toMatchObject({ op: 'expandDims', kernel: 'ExpandDims' });
  expect(codeAt(error.details.at)).toMatch(/^expandDims\(x, -9\)/);
  expect(error.message).toContain('got -9');
});

it('says where a tensor of another dtype is made', () => {
  const error = refusalOf(() => tf.tensor1d(['a', 'b']));
  expect(error.code).toBe('UNSUPPORTED');
  expect(codeAt(error.details.at)).toMatch(/^tensor1d\(/);
});

it('leaves the program its random numbers and stack traces', () => {
  const { stackTraceLimit } = Error;
  refusalOf(() => tf.randomNormal([2]));
  expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  expect(Math.random()).toBeLessThan(1);
});
