import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { HostTensor, KdError, type ModelSummary, sizeOf, treeLeaves } from 'kd-core';
import { type TensorSpec, trace } from '../trace/trace.ts';
import { applyNetwork, type Network } from './apply-network.ts';
import type { NetworkRun } from './run-network.ts';

const BYTES_PER_FLOAT = 4;

type Observe = NonNullable<NetworkRun['observe']>;

/**
 * What a network costs and gives, found by recording one pass: no backend runs. A second pass, of two images, finds what does not
 * take any batch.
 */
export function summarize(network: Network): { readonly classes: number; readonly summary: ModelSummary } {
  const { params, state } = network.variables;
  let macs = 0;
  let activationElements = 0;
  const { logits, taps } = recordedShapes(network, 1, ({ definition }, inputs, outputs) => {
    const [result] = outputs;
    if (result?.kind !== 'computed') return;
    macs +=
      definition.products?.(
        inputs.map((value) => value?.shape ?? []),
        result.shape,
      ) ?? 0;
    if (definition.computes ?? true) {
      activationElements += outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    }
  });
  requireAnyBatch(network, taps);
  const elements = (tensors: object): number =>
    treeLeaves(tensors as never).reduce<number>((sum, { shape }: TensorSpec) => sum + sizeOf(shape), 0);
  return {
    classes: logits[1]!,
    summary: {
      parameters: elements(params),
      frozenParameters: 0,
      stateElements: elements(state),
      macs,
      activationBytes: activationElements * BYTES_PER_FLOAT,
      taps: Object.fromEntries(Object.entries(taps).map(([tap, [, ...shape]]) => [tap, shape])),
    },
  };
}

interface RecordedShapes {
  readonly logits: readonly number[];
  readonly taps: Readonly<Record<string, readonly number[]>>;
}

function recordedShapes(network: Network, batch: number, observe: Observe): RecordedShapes {
  const { input, variables } = network;
  const shapes: { logits: readonly number[]; taps: Record<string, readonly number[]> } = {
    logits: [],
    taps: {},
  };
  const shape = [batch, ...input.shape];
  const images = new HostTensor(new Float32Array(sizeOf(shape)), shape);
  const record = (given: { params: never; state: never; images: Tensor4D }): { logits: Tensor } => {
    const output = applyNetwork(network, given, given.images, false, observe);
    shapes.logits = output.logits.shape;
    for (const [tap, value] of Object.entries(output.taps)) shapes.taps[tap] = value.shape;
    return { logits: output.logits };
  };
  trace(record, { params: variables.params, state: variables.state, images });
  return shapes;
}

function requireAnyBatch(network: Network, taps: RecordedShapes['taps']): void {
  let failure: unknown;
  try {
    const pair = recordedShapes(network, 2, () => {});
    const fixed = Object.entries(pair.taps).filter(
      ([tap, shape]) => shape.join() !== [2, ...taps[tap]!.slice(1)].join(),
    );
    if (fixed.length === 0) return;
    failure = `the tap '${fixed[0]![0]}' is [${fixed[0]![1].join(', ')}] for two images`;
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    failure = error.message;
  }
  throw new KdError(
    'UNSUPPORTED',
    `The network ${network.name} does not take batches of any size: ${failure}. Write the file again with a dynamic batch.`,
    { cause: failure },
  );
}
