import type { Layers } from 'kd-core';

/** Makes the outputs of blocks known as the taps `block1`, `block2`, ..., in the order in which they are given. */
export function blockTaps<Value>(layers: Layers<Value>): (output: Value) => void {
  let blocks = 0;
  return (output) => {
    blocks += 1;
    layers.tap(`block${blocks}`, output);
  };
}
