import { describe, expect, it } from 'vitest';
import { HostTensor, hostData, sizeOf } from './host-tensor.ts';

describe('HostTensor', () => {
  it('takes its data type from its data', () => {
    expect(new HostTensor(new Float32Array(6), [2, 3]).dtype).toBe('float32');
    expect(new HostTensor(new Int32Array(0), [0, 3]).dtype).toBe('int32');
    expect(new HostTensor(new Uint8Array(1), []).dtype).toBe('bool');
    expect(HostTensor.scalar(3, 'int32')).toEqual(new HostTensor(Int32Array.of(3), []));
  });

  it('refuses data that do not fit the shape or the type', () => {
    expect(() => new HostTensor(new Float32Array(5), [2, 3])).toThrow(/\[2, 3\] has 6 elements, but 5/);
    expect(() => new HostTensor(new Float32Array(1), [1], 'int32')).toThrow(
      /int32 tensor cannot be a Float32Array/,
    );
    expect(() => new HostTensor(new Float32Array(1), [-1, -1])).toThrow(
      /non-negative integers, got \[-1, -1\]/,
    );
  });
});

describe('sizeOf', () => {
  it('is 1 for a scalar and refuses fractions', () => {
    expect(sizeOf([])).toBe(1);
    expect(() => sizeOf([0.5, 2])).toThrow(/non-negative integers/);
  });
});

describe('hostData', () => {
  it('makes zeros, or copies values', () => {
    expect(hostData('int32', 2)).toEqual(Int32Array.of(0, 0));
    const values = Float32Array.of(1, 2);
    const copy = hostData('float32', values);
    copy[0] = 9;
    expect(values[0]).toBe(1);
  });
});
