import { foldIn, type PrngKey, randomNormal, randomUniform } from '../random/index.ts';
import { HostTensor, hostData, sizeOf } from '../trees/host-tensor.ts';

/** How a variable starts. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly standardDeviation: number }
  | { readonly kind: 'uniform'; readonly bound: number };

export function constantInitializer(value: number): Initializer {
  return { kind: 'constant', value };
}

/**
 * How many products reach one output, and how many outputs one input reaches, of a convolution of stride 1. Of a transposed
 * convolution the other way round, as PyTorch counts.
 */
export interface Fans {
  /** k * k * (in / groups) */
  readonly in: number;
  /** k * k * out, whatever the groups, as PyTorch counts. */
  readonly out: number;
}

/** Where a kernel starts, by its fans. */
export type KernelInitializer = (fans: Fans) => Initializer;

/**
 * Kaiming normal with fan-out for a kernel followed by ReLU: variance 2 / fan-out
 * (He et al. 2015, arXiv:1502.01852, eq. 14).
 */
export const kaimingNormal: KernelInitializer = (fans) => ({
  kind: 'normal',
  standardDeviation: Math.sqrt(2 / fans.out),
});

/** Kaiming normal with fan-in: variance 2 / fan-in (He et al. 2015, eq. 10). */
export const kaimingNormalFanIn: KernelInitializer = (fans) => ({
  kind: 'normal',
  standardDeviation: Math.sqrt(2 / fans.in),
});

/** Kaiming uniform with fan-in: variance 2 / fan-in, on +-sqrt(6 / fan-in) (He et al. 2015, eq. 10). */
export const kaimingUniform: KernelInitializer = (fans) => ({
  kind: 'uniform',
  bound: Math.sqrt(6 / fans.in),
});

/** PyTorch's default for convolutions, kernel and bias: uniform on +-1/sqrt(fan-in). */
export const fanInUniform: KernelInitializer = (fans) => linearUniform(fans.in);

/** Uniform on +-1/sqrt(in), PyTorch's default for both the weight and the bias of a linear layer. */
export function linearUniform(inFeatures: number): Initializer {
  return { kind: 'uniform', bound: 1 / Math.sqrt(inFeatures) };
}

/** The start value of the variable `path`. It depends on the key and the path only, not on the other variables. */
export function initialValue(
  key: PrngKey,
  path: string,
  shape: readonly number[],
  initializer: Initializer,
): HostTensor {
  switch (initializer.kind) {
    case 'constant':
      return new HostTensor(hostData('float32', sizeOf(shape)).fill(initializer.value), shape);
    case 'normal':
      return randomNormal(foldIn(key, hashOf(path)), shape, {
        standardDeviation: initializer.standardDeviation,
      });
    case 'uniform':
      return randomUniform(foldIn(key, hashOf(path)), shape, {
        min: -initializer.bound,
        max: initializer.bound,
      });
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
