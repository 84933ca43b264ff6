import { describe, expect, it } from 'vitest';
import { callSiteOf } from './call-site.ts';

const tfjs =
  '/app/node_modules/.pnpm/@tensorflow+tfjs-core@4.22.0/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js';
const sdk = '/app/node_modules/kd-onnx/dist/index.js';

function stackOf(frames: readonly (readonly [name: string, file: string])[]): string {
  return ['Error', ...frames.map(([name, file], line) => `    at ${name} (${file}:${line + 1}:1)`)].join(
    '\n',
  );
}

describe('callSiteOf', () => {
  it('names the tfjs function that was called, and the innermost line outside of the libraries', () => {
    const stack = stackOf([
      ['PurityGuard.readsTensor', sdk],
      ['Engine.readSync', tfjs],
      ['Tensor.dataSync', tfjs],
      ['Tensor.toString', tfjs],
      ['Object.print_ [as print]', tfjs],
      ['penalty', '/app/node_modules/kd-core/dist/index.js'],
      ['loss', '/home/me/kd-train/src/loss.ts'],
      ['main', '/home/me/kd-train/src/main.ts'],
    ]);
    expect(callSiteOf(stack)).toEqual({ op: 'print', at: '/home/me/kd-train/src/loss.ts:7:1' });
  });

  it('looks no further than the traced function', () => {
    const stack = stackOf([
      ['Math.random', sdk],
      ['step', '/app/node_modules/kd-train/dist/index.js'],
      ['callTraced', sdk],
      ['compile', '/home/me/main.ts'],
    ]);
    expect(callSiteOf(stack)).toEqual({ op: undefined, at: undefined });
  });

  it.each([
    ['source maps', sdk, '/home/me/node_modules/.pnpm/tfjs-core/src/ops/cast.ts'],
    ['pnpm', sdk, '/home/me/node_modules/kd-core/dist/index.js'],
    ['a checkout', '/src/packages/kd-onnx/src/trace/call-site.ts', '/src/packages/kd-core/src/losses/kl.ts'],
    [
      'Vite',
      'http://localhost/node_modules/.vite/deps/kd-onnx.js?v=1',
      'http://localhost/node_modules/.vite/deps/chunk-A.js?v=1',
    ],
    [
      'a package server',
      'https://cdn.example/npm/kd-onnx@1.2.3/dist/index.js',
      'https://esm.sh/kd-core@1.2.3/es2022/kd-core.mjs',
    ],
    [
      'Windows',
      'C:\\app\\node_modules\\kd-onnx\\dist\\index.js',
      'C:\\app\\node_modules\\kd-core\\dist\\index.js',
    ],
  ])('knows the libraries of %s', (_name, own, core) => {
    const stack = stackOf([
      ['a', own],
      ['b', core],
      ['program', '/home/me/program.ts'],
    ]);
    expect(callSiteOf(stack).at).toBe('/home/me/program.ts:3:1');
  });

  it('claims nothing where the libraries are bundled with the program', () => {
    const stack = stackOf([
      ['a', 'https://example.org/assets/index-1a2b3c.js'],
      ['b', 'https://example.org/assets/index-1a2b3c.js'],
    ]);
    expect(callSiteOf(stack)).toEqual({ op: undefined, at: undefined });
  });

  it('gives no name that a compiler made up', () => {
    const at = (name: string): string | undefined =>
      callSiteOf(
        stackOf([
          ['a', sdk],
          [name, tfjs],
          ['program', '/home/me/program.ts'],
        ]),
      ).op;
    expect(
      ['topk__op', 'Tensor.dataSync', 'e', 'op/f2', 'Object.<anonymous>', 'Module.cumsum_'].map(at),
    ).toEqual(['topk', 'dataSync', undefined, undefined, undefined, 'cumsum']);
  });
});
