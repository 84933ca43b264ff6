import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  type Backend,
  type DeviceTensor,
  type FrozenModel,
  HostTensor,
  type InputLeaf,
  type ModelVariables,
  requireArgument,
  type WithLeaves,
} from 'kd-core';
import { hashConfig, hashTensors } from '../hash.ts';
import type { TrainedNetwork } from './teacher.ts';

interface ForwardArguments {
  readonly variables: ModelVariables<Tensor>;
  readonly images: Tensor4D;
}

export interface OpenFrozenNetworkOptions extends Pick<TrainedNetwork, 'model' | 'variables'> {
  readonly backend: Backend;
  /** The taps that it gives. Default none: each is brought to the host in every run. */
  readonly taps?: readonly string[];
}

/**
 * A trained network as one that runs by itself, in evaluation mode: a teacher whose outputs can be kept. In a
 * training step the same network is faster, as nothing of it comes back to the host. Its fingerprint is a hash of its variables and the name of
 * the model. Programs are compiled for batches of 1, 2, 4, ... images and that of the first run, and others are filled up with zeros.
 * Throws `INVALID_ARGUMENT` for a tap that the model does not have. Disposing it does not dispose the backend.
 */
export async function openFrozenNetwork({
  backend,
  model,
  variables,
  taps = [],
}: OpenFrozenNetworkOptions): Promise<FrozenModel> {
  const known = model.summary().taps;
  const shapes = taps.map((tap) => {
    const shape = known[tap];
    requireArgument(
      shape !== undefined,
      () => `'${model.name}' has no tap '${tap}'. It has ${Object.keys(known).join(', ')}.`,
    );
    return [tap, shape] as const;
  });
  const { params, state } = variables;
  const fingerprint = await hashConfig([model.name, await hashTensors({ params, state })]);
  const forward = backend.compile<ForwardArguments, { [name: string]: Tensor }>(
    ({ variables: weights, images }) => {
      const output = model.apply(weights, images, { train: false });
      return {
        logits: output.logits,
        ...Object.fromEntries(taps.map((tap) => [tapKey(tap), output.taps[tap]!])),
      };
    },
    { name: `${model.name} by itself`, constants: ['variables'] },
  );
  let usual: number | undefined;

  return {
    name: model.name,
    fingerprint,
    inputShape: model.inputShape,
    classes: model.classes,
    taps: Object.fromEntries(shapes),
    async run(images) {
      const count = images.shape[0]!;
      usual ??= count;
      const size = count === usual ? count : 2 ** Math.ceil(Math.log2(count));
      const args = { variables, images: resized(images, size) };
      const output = (await forward(args as unknown as WithLeaves<ForwardArguments, InputLeaf>)) as {
        readonly [name: string]: DeviceTensor;
      };
      const values = await backend.download(output);
      for (const tensor of Object.values(output)) tensor.dispose();
      return {
        logits: resized(values.logits!, count),
        taps: Object.fromEntries(taps.map((tap) => [tap, resized(values[tapKey(tap)]!, count)])),
      };
    },
    dispose: () => forward.dispose(),
  };
}

/** Keeps taps apart from the logits. */
function tapKey(tap: string): string {
  return `tap ${tap}`;
}

/** The first `rows` rows of a float32 tensor, with rows of zeros behind them where it has fewer. */
function resized(tensor: HostTensor, rows: number): HostTensor {
  const [count = 0, ...shape] = tensor.shape;
  if (count === rows) return tensor;
  const data = new Float32Array((tensor.data.length / count) * rows);
  data.set(tensor.data.subarray(0, data.length));
  return new HostTensor(data, [rows, ...shape]);
}
