import { mean, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  type Backend,
  type BatchSource,
  HostTensor,
  type InputLeaf,
  KdError,
  type Model,
  type ModelVariables,
  requireArgument,
  type WithLeaves,
} from 'kd-core';
import { tapSeries } from '../methods/tap-series.ts';
import { breather } from '../training/breather.ts';
import { checkBatch } from '../training/check-batch.ts';

export interface ProbeTeacherOptions {
  readonly backend: Backend;
  readonly model: Model;
  /** Host or device tensors. */
  readonly variables: ModelVariables<InputLeaf>;
  /** Images without augmentation; epoch 0 is read. */
  readonly source: BatchSource;
  /** Maps or vectors, in the order of the network. Default: the outputs of all blocks. */
  readonly taps?: readonly string[];
  /** Samples at most, at least 2. Default 10000, as in the paper. */
  readonly samples?: number;
  /** Called with the number of batches done and of all. */
  readonly onBatch?: (done: number, all: number) => void;
}

interface ProbeArguments {
  readonly variables: ModelVariables<Tensor>;
  readonly images: Tensor4D;
}

/**
 * What the layers of a trained network give for samples, averaged over height and width: float32 [samples, channels] by tap. Runs in
 * evaluation mode over batches that are spread evenly over the source, until there are `samples`.
 * Throws `INVALID_ARGUMENT` for taps that the model does not have and for fewer than two samples, and what `checkBatch` throws.
 */
export async function probeTeacher({
  backend,
  model,
  variables,
  source,
  samples = 10_000,
  onBatch,
  ...options
}: ProbeTeacherOptions): Promise<Record<string, HostTensor>> {
  const { taps: known } = model.summary();
  const { taps = tapSeries({ name: model.name, taps: known }, 'blocks') } = options;
  requireTaps(model.name, taps, known);
  requireArgument(
    Number.isInteger(samples) && samples >= 2,
    () => `samples must be a whole number of at least 2, got ${samples}.`,
  );
  const wanted = Math.min(samples, source.length);
  const collected = Object.fromEntries(
    taps.map((tap) => [tap, new Float32Array(wanted * known[tap]!.at(-1)!)] as const),
  );
  const probe = backend.compile(
    ({ variables, images }: ProbeArguments) => {
      const output = model.apply(variables, images, { train: false });
      return Object.fromEntries(taps.map((tap) => [tap, withoutPlaces(output.taps[tap]!)]));
    },
    { name: `${model.name} probe`, constants: ['variables'] },
  );
  const breathe = breather();
  let count = 0;
  try {
    const batches = Math.min(source.stepsPerEpoch, Math.ceil(wanted / source.batchSize));
    for (let place = 0; place < batches; place++) {
      const index = Math.floor((place * source.stepsPerEpoch) / batches);
      const batch = await source.batch(0, index);
      checkBatch(batch, model, { epoch: 0, index });
      const args = { variables, images: batch.images } as unknown as WithLeaves<ProbeArguments, InputLeaf>;
      const onDevice = await probe(args);
      const values = await backend.download(onDevice);
      for (const output of Object.values(onDevice)) output.dispose();
      const rows = Math.min(batch.labels.shape[0]!, wanted - count);
      for (const tap of taps) {
        const channels = known[tap]!.at(-1)!;
        const { data } = values[tap]!;
        collected[tap]!.set(data.subarray(0, rows * channels), count * channels);
      }
      count += rows;
      onBatch?.(place + 1, batches);
      await breathe();
    }
  } finally {
    await probe.dispose();
  }
  return Object.fromEntries(
    taps.map((tap) => {
      const channels = known[tap]!.at(-1)!;
      return [tap, new HostTensor(collected[tap]!.slice(0, count * channels), [count, channels])];
    }),
  );
}

/** [batch, channels] of a map or a vector. */
function withoutPlaces(tap: Tensor): Tensor {
  return tap.rank === 4 ? mean(tap, [1, 2]) : tap;
}

function requireTaps(
  name: string,
  taps: readonly string[],
  known: Readonly<Record<string, readonly number[]>>,
): void {
  requireArgument(taps.length > 0, () => 'taps must name at least one tap.');
  for (const tap of taps) {
    requireArgument(
      Object.hasOwn(known, tap),
      () => `'${name}' has no tap '${tap}', only: ${Object.keys(known).join(', ')}.`,
    );
    if (known[tap]!.length === 3 || known[tap]!.length === 1) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `The tap '${tap}' of '${name}' must be a map or a vector, but has shape [${known[tap]!.join(', ')}].`,
    );
  }
}
