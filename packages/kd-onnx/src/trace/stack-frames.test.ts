import { describe, expect, it } from 'vitest';
import { parseStack } from './stack-frames.ts';

describe('parseStack', () => {
  it('reads the notation of V8', () => {
    const stack = [
      'Error: `add` failed',
      '  at 3 o@clock:1:2 it was fine',
      '    at Tensor.dataSync (file:///home/a%20b/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js:123:45)',
      '    at Object.add_ [as add] (https://example.org/@tensorflow/tfjs-core@4.22.0/dist/core.js?v=1:9:8)',
      '    at new Model (C:\\work\\train.ts:4:5)',
      '    at file:///C:/work/train.ts:6:7',
      '    at Array.map (<anonymous>)',
      '    at eval (eval at run (/a.js:1:1), <anonymous>:1:1)',
      '    at async main (/home/me/(old) train.ts:41:17)',
      '    at node:internal/main:1:2',
    ].join('\n');
    expect(parseStack(stack).map(({ functionName, position }) => [functionName, position])).toEqual([
      ['Tensor.dataSync', '/home/a b/node_modules/@tensorflow/tfjs-core/dist/tf-core.node.js:123:45'],
      ['Object.add_ [as add]', 'https://example.org/@tensorflow/tfjs-core@4.22.0/dist/core.js?v=1:9:8'],
      ['Model', 'C:\\work\\train.ts:4:5'],
      [undefined, 'C:/work/train.ts:6:7'],
      ['main', '/home/me/(old) train.ts:41:17'],
      [undefined, 'node:internal/main:1:2'],
    ]);
  });

  it('reads the notation of Firefox', () => {
    const stack = [
      'op/f2@https://example.org/node_modules/@tensorflow/tfjs-core/dist/ops/operation.js:48:22',
      'step@https://example.org/train.ts:41:17',
      'promise callback*async*main@https://example.org/train.ts:50:1',
      '@https://example.org/train.ts:60:2',
      'run@https://example.org/train.ts line 5 > eval:1:1',
      '',
    ].join('\n');
    expect(parseStack(stack).map(({ functionName, position }) => [functionName, position])).toEqual([
      ['op/f2', 'https://example.org/node_modules/@tensorflow/tfjs-core/dist/ops/operation.js:48:22'],
      ['step', 'https://example.org/train.ts:41:17'],
      ['main', 'https://example.org/train.ts:50:1'],
      [undefined, 'https://example.org/train.ts:60:2'],
    ]);
  });

  it('reads the notation of Safari', () => {
    const stack = [
      'dataSync@https://example.org/core.js:1:20',
      'map@[native code]',
      'module code@https://example.org/train.js:7:3',
      '[native code]',
    ].join('\n');
    expect(parseStack(stack).map(({ functionName, position }) => [functionName, position])).toEqual([
      ['dataSync', 'https://example.org/core.js:1:20'],
      ['module code', 'https://example.org/train.js:7:3'],
    ]);
  });

  it('finds the function that made an error of this engine', () => {
    function failing(): Error {
      return new Error('any text\nat all');
    }
    const [first] = parseStack(failing().stack);
    expect(first!.functionName).toBe('failing');
    expect(first!.position).toMatch(/stack-frames\.test\.ts:\d+:\d+$/);
    expect(first!.position.startsWith(`${first!.file}:`)).toBe(true);
  });

  it.each([undefined, null, 7, '', 'Error: no frames', [{ getFileName: () => 'a.js' }]])(
    'finds nothing in %j',
    (stack) => {
      expect(parseStack(stack)).toEqual([]);
    },
  );
});
