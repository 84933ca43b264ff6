import { type Graph, GraphBuilder, type GraphValue } from 'kd-onnx';
import { describe, expect, it } from 'vitest';
import { structuralKey } from './structural-key.ts';

interface Variation {
  readonly opType?: string;
  readonly domain?: string;
  readonly axis?: number;
  readonly constant?: number;
  readonly shape?: readonly number[];
  readonly dtype?: 'float32' | 'int32';
  readonly swapped?: boolean;
  readonly squared?: boolean;
  readonly inputName?: string;
  /** Nodes that nothing needs, and which change the names of all others. */
  readonly unused?: boolean;
  readonly bothOutputs?: boolean;
}

function graphOf({
  opType = 'Sub',
  domain = '',
  axis = 0,
  constant = 2,
  shape = [2, 3],
  dtype = 'float32',
  ...rest
}: Variation): Graph {
  const builder = new GraphBuilder();
  const x = builder.input(rest.inputName ?? 'x', shape, dtype);
  const y = builder.input('y', shape, dtype);
  if (rest.unused) builder.op('Neg', [x], x);
  const [a, b] = rest.swapped ? [y, x] : [x, y];
  const difference = builder.op(opType, [a, rest.squared ? a : b], x, { domain });
  const data = dtype === 'float32' ? Float32Array.of(constant) : Int32Array.of(constant);
  const scaled = builder.op('Mul', [difference, builder.constant(data, [], dtype)], x);
  const sorted = builder.op('Softmax', [scaled], x, { attributes: { axis: { kind: 'int', value: axis } } });
  const outputs: GraphValue[] = rest.bothOutputs ? [sorted, scaled] : [sorted];
  return builder.build('test', outputs);
}

const key = (variation: Variation): string => structuralKey(graphOf(variation));

describe('structuralKey', () => {
  it('does not see names', () => {
    expect(key({ inputName: 'renamed' })).toBe(key({}));
    expect(key({ unused: true })).toBe(key({}));
  });

  it.each<Variation>([
    { opType: 'Add' },
    { domain: 'com.microsoft' },
    { axis: 1 },
    { constant: 3 },
    { constant: -0 },
    { shape: [3, 2] },
    { shape: [6] },
    { dtype: 'int32' },
    { swapped: true },
    { squared: true },
    { bothOutputs: true },
  ])('sees %j', (variation) => {
    expect(key(variation)).not.toBe(key({}));
  });

  it('tells apart every bit of a constant', () => {
    expect(key({ constant: 0 })).not.toBe(key({ constant: -0 }));
    expect(key({ constant: Number.NaN })).toBe(key({ constant: Number.NaN }));
  });
});
