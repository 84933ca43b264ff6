import { mul, type Scalar, sum, type Tensor, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import { applyNetwork, describeNetwork, type Network, type Tree, valueAndGradient } from 'kd-core';

/** A float32 tensor as plain numbers. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Numbers of order 1 that are not near each other: sines of multiples of an irrational step. */
export function waves(shape: readonly number[], phase = 0): Values {
  const size = shape.reduce((product, each) => product * each, 1);
  return {
    shape,
    data: Array.from({ length: size }, (_, index) => Math.fround(Math.sin(1.7 * index + phase))),
  };
}

export function toTensor({ shape, data }: Values): Tensor {
  return tensor([...data], [...shape], 'float32');
}

function toValues(x: Tensor): Values {
  return { shape: x.shape, data: Array.from(x.dataSync()) };
}

/** The variables of a network, filled with waves; variances are positive. */
export function waveVariables(network: Network, images: Values): Record<string, Values> {
  const { variables } = describeNetwork(network, images.shape.slice(1));
  return Object.fromEntries(
    variables.map(({ path, shape }, index) => {
      const { data } = waves(shape, index + 1);
      return [path, { shape, data: path.endsWith('/variance') ? data.map((each) => 2 + each) : data }];
    }),
  );
}

export interface Reading {
  readonly output: Values;
  /** Of the sum of `weights` times the output, with respect to the images and the variables by path. */
  readonly gradients: Readonly<Record<string, Values>>;
}

/** Reads a network over tensors, forward and backward. */
export function readNetwork(
  network: Network,
  images: Values,
  variables: Readonly<Record<string, Values>> = waveVariables(network, images),
  train = false,
): Reading {
  const inputs = Object.fromEntries(
    Object.entries({ ...variables, images }).map(([name, value]) => [name, toTensor(value)]),
  );
  const { gradient, aux } = valueAndGradient(
    (given: Tree<Tensor>) => {
      const { images, ...rest } = given as Record<string, Tensor>;
      const { output } = applyNetwork(network, new Map(Object.entries(rest)), images as Tensor4D, train);
      return { value: sum<Scalar>(mul(output, toTensor(waves(output.shape, 0.5)))), aux: { output } };
    },
    inputs as Tree<Tensor>,
  );
  return {
    output: toValues(aux.output),
    gradients: Object.fromEntries(
      Object.entries(gradient as Record<string, Tensor>).map(([name, value]) => [name, toValues(value)]),
    ),
  };
}
