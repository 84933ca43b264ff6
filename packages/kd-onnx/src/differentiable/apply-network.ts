import { reshape, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import { type HostTensor, KdError, type ModelOutput, type ModelVariables } from 'kd-core';
import { imageValue, type OnnxImageInput } from './image-input.ts';
import { type NetworkRun, runNetwork } from './run-network.ts';
import { channelsLast, plain, type Value } from './value.ts';
import type { NetworkVariables } from './variables.ts';

/** A value that methods may read. */
export interface OnnxTap {
  /** Its name in the graph. */
  readonly tensor: string;
  /** The order of its axes there, if it is a map. */
  readonly layout: 'NCHW' | 'NHWC';
}

/** A graph that has been read. */
export interface Network {
  readonly name: string;
  readonly input: OnnxImageInput;
  readonly logits: string;
  readonly taps: Readonly<Record<string, OnnxTap>>;
  readonly nodes: NetworkRun['nodes'];
  readonly variables: NetworkVariables;
}

/**
 * One pass of images [batch, ...input.shape]. Throws `SHAPE_MISMATCH` for other images, and for variables that are not the network's,
 * with every one that is missing, unknown or misshaped.
 */
export function applyNetwork(
  { name, input, logits, taps, nodes, variables }: Network,
  values: ModelVariables<Tensor>,
  images: Tensor4D,
  train: boolean,
  observe?: NetworkRun['observe'],
): ModelOutput {
  requireImages(name, input.shape, images);
  const params = requireVariables(name, 'param', variables.params, values.params);
  const state = requireVariables(name, 'state', variables.state, values.state);
  const result = runNetwork({
    nodes,
    variables,
    params,
    state,
    input: { name: input.name, value: imageValue(input, images) },
    batchFactor: images.shape[0] / (input.batchSize ?? images.shape[0]),
    train,
    ...(observe !== undefined && { observe }),
  });
  return {
    logits: asLogits(logits, result.value(logits), images.shape[0]),
    taps: Object.fromEntries(
      Object.entries(taps).map(([tap, value]) => [tap, asTap(value, result.value(value.tensor))]),
    ),
    state: result.state,
  };
}

function asTap({ layout }: OnnxTap, value: Value): Tensor {
  return value.shape.length === 4 && layout === 'NCHW' ? channelsLast(value) : plain(value);
}

function asLogits(name: string, value: Value, batch: number): Tensor2D {
  const [first, classes, ...rest] = value.shape;
  if (first !== batch || classes === undefined || rest.some((size) => size !== 1)) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `The logits must be [${batch}, classes], but '${name}' is [${value.shape.join(', ')}]. Name another value with logits.`,
    );
  }
  return reshape(plain(value), [batch, classes]);
}

function requireImages(name: string, inputShape: readonly number[], images: Tensor4D): void {
  const [, ...perImage] = images.shape;
  if (images.rank === 4 && perImage.every((size, axis) => size === inputShape[axis])) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `${name} takes images of shape [batch, ${inputShape.join(', ')}], got [${images.shape.join(', ')}]. Resize the images, or import the file with that inputShape if it leaves sizes open.`,
  );
}

function requireVariables(
  name: string,
  kind: 'param' | 'state',
  expected: Readonly<Record<string, HostTensor>>,
  given: ModelVariables<Tensor>['params'],
): Readonly<Record<string, Tensor>> {
  const found = given as Readonly<Record<string, Tensor>>;
  const problems = [
    ...Object.keys(found)
      .filter((path) => !Object.hasOwn(expected, path))
      .map((path) => `unknown ${kind} ${path}`),
    ...Object.entries(expected).flatMap(([path, { shape }]) => {
      const value = Object.hasOwn(found, path) ? found[path] : undefined;
      if (value === undefined) return [`missing ${kind} ${path} [${shape.join(', ')}]`];
      if (value.shape?.join() === shape.join()) return [];
      return [`${path} is [${value.shape?.join(', ')}], expected [${shape.join(', ')}]`];
    }),
  ];
  if (problems.length === 0) return found;
  throw new KdError(
    'SHAPE_MISMATCH',
    `The variables are not those of ${name}: ${problems.join('; ')}. Use the variables that came with this model.`,
    { details: { problems } },
  );
}
