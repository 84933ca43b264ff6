import type { Layers } from 'kd-core';

/** What follows a normalised convolution; `none` for a linear one. */
export type Activation = 'none' | 'relu' | 'relu6' | 'sigmoid' | 'parametricRelu';

/** `x` activated. Only `parametricRelu` has a variable: `name/slope`. */
export function activate<Value>(
  layers: Layers<Value>,
  name: string,
  x: Value,
  activation: Activation,
): Value {
  switch (activation) {
    case 'none':
      return x;
    case 'relu':
      return layers.relu(x);
    case 'relu6':
      return layers.relu6(x);
    case 'sigmoid':
      return layers.sigmoid(x);
    case 'parametricRelu':
      return layers.parametricRelu(name, x);
  }
}
