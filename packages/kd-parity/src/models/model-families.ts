import type { HostTensor, ModelVariables } from 'kd-core';
import { importPyTorchResnet, type NetworkModel, type ResnetWidths, resnet } from 'kd-models';
import { type Fields, numberField, numbersField, stringField } from '../fixtures/fields.ts';

export interface BuiltModel {
  readonly model: NetworkModel;
  /** The variables of the reference's state dict. */
  importWeights(tensors: Readonly<Record<string, HostTensor>>): ModelVariables<HostTensor>;
  /** Our taps in the order of the reference's; the last is the pooled one. */
  readonly taps: readonly string[];
  readonly preactivationTaps: readonly string[];
}

type InputShape = readonly [height: number, width: number, channels: number];
type ModelFamily = (build: Fields, inputShape: InputShape) => BuiltModel | undefined;

/** By `build.family`. A builder gives undefined for a variant that does not exist here. */
export const modelFamilies: Readonly<Record<string, ModelFamily>> = {
  resnet(build, inputShape) {
    if (stringField(build, 'block') !== 'basicblock') return undefined;
    return resnetWithWeights(
      resnet({
        depth: numberField(build, 'depth'),
        widths: numbersField(build, 'filters') as unknown as ResnetWidths,
        classes: numberField(build, 'classes'),
        inputShape,
      }),
    );
  },
};

function resnetWithWeights(model: NetworkModel): BuiltModel {
  return {
    model,
    importWeights: (tensors) => importPyTorchResnet({ model, tensors }),
    taps: ['stem', 'stage1', 'stage2', 'stage3', 'pooled'],
    preactivationTaps: [
      'stem',
      'stage1.preactivation',
      'stage2.preactivation',
      'stage3.preactivation',
      'pooled',
    ],
  };
}
