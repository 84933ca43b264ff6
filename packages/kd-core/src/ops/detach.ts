import { engine, type Tensor } from '@tensorflow/tfjs-core';

/** The value of `x` without its gradient (stop-gradient): what was computed before does not count as reached by what follows. */
export function detach<T extends Tensor>(x: T): T {
  const { state } = engine();
  // The tape records nothing inside of a kernel, so that the copy has no past. A gradient of zeros would have one.
  state.kernelDepth += 1;
  try {
    return x.clone() as T;
  } finally {
    state.kernelDepth -= 1;
  }
}
