import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  type Backend,
  type FrozenModel,
  type FrozenModelOutput,
  type HostTensor,
  type ModelVariables,
  treeLeaves,
} from 'kd-core';
import type { TrainedNetwork } from '../index.ts';

interface ForwardArguments {
  readonly variables: ModelVariables<Tensor>;
  readonly images: Tensor4D;
}

/** The same network as a model that runs by itself, with all its taps. `log` hears when a run begins and ends. */
export function frozenNetwork(
  backend: Backend,
  { model, variables }: TrainedNetwork,
  log: (event: 'begins' | 'ends' | 'disposed') => void = () => {},
): FrozenModel {
  const compiled = backend.compile(({ variables: weights, images }: ForwardArguments) => {
    const { logits, taps } = model.apply(weights, images, { train: false });
    return { logits, taps };
  });
  return {
    name: `frozen ${model.name}`,
    inputShape: model.inputShape,
    classes: model.classes,
    taps: model.summary().taps,
    async run(images) {
      log('begins');
      const output = await compiled({ variables, images } as never);
      const values = (await backend.download(output as never)) as FrozenModelOutput;
      for (const tensor of treeLeaves<{ dispose(): void }>(output as never)) tensor.dispose();
      log('ends');
      return values;
    },
    async dispose() {
      log('disposed');
      await compiled.dispose();
    },
  };
}

/** `model` with other outputs: `change` is given those of each run, counted from 0. */
export function alteredModel(
  model: FrozenModel,
  change: (output: FrozenModelOutput, run: number) => FrozenModelOutput | Promise<FrozenModelOutput>,
): FrozenModel {
  let runs = 0;
  return {
    ...model,
    async run(images: HostTensor) {
      const run = runs++;
      return change(await model.run(images), run);
    },
  };
}
