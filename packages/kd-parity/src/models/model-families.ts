import { type NetworkModel, type ResnetWidths, resnet, type VggWidths, vgg, wideResnet } from 'kd-models';
import {
  booleanFieldOr,
  type Fields,
  numberField,
  numberListsField,
  numbersField,
  stringField,
} from '../fixtures/fields.ts';

export interface BuiltModel {
  readonly model: NetworkModel;
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
    const depth = numberField(build, 'depth');
    const widths = numbersField(build, 'filters') as unknown as ResnetWidths;
    return withTaps(resnet({ depth, widths, classes: numberField(build, 'classes'), inputShape }));
  },
  wrn(build, inputShape) {
    const depth = numberField(build, 'depth');
    const widenFactor = numberField(build, 'widen_factor');
    return withTaps(wideResnet({ depth, widenFactor, classes: numberField(build, 'classes'), inputShape }));
  },
  vgg(build, inputShape) {
    const widths = numberListsField(build, 'stages') as unknown as VggWidths;
    const batchNorm = booleanFieldOr(build, 'batch_norm', true);
    return withTaps(vgg({ widths, batchNorm, classes: numberField(build, 'classes'), inputShape }));
  },
};

/** The reference lists the stem, the stages and the pooled features; stages have a form before activation. */
function withTaps(model: NetworkModel): BuiltModel {
  const all = Object.keys(model.summary().taps);
  const taps = all.filter((tap) => !tap.includes('.'));
  const preactivationTaps = taps.map((tap) => {
    const before = `${tap}.preactivation`;
    return all.includes(before) ? before : tap;
  });
  return { model, taps, preactivationTaps };
}
