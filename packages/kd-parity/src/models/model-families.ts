import {
  type IresnetLayers,
  type IresnetWidths,
  iresnet,
  mobileNetV2,
  type NetworkModel,
  type PerStage,
  pocketNet,
  type ResidualBlock,
  type ResnetWidths,
  resnet,
  type ShuffleNetV2Widths,
  shuffleNetV1,
  shuffleNetV2,
  type VggWidths,
  vgg,
  wideResnet,
} from 'kd-models';
import {
  booleanFieldOr,
  type Fields,
  numberField,
  numberListsField,
  numbersField,
  optionalFields,
  stringField,
} from '../fixtures/fields.ts';
import { genotypeOf } from './genotype.ts';

type InputShape = readonly [height: number, width: number, channels: number];
type ModelFamily = (build: Fields, inputShape: InputShape) => NetworkModel | undefined;

const residualBlocks: Readonly<Record<string, ResidualBlock>> = {
  basicblock: 'basic',
  bottleneck: 'bottleneck',
};

/** By `build.family`. A builder gives undefined for a variant that does not exist here. */
export const modelFamilies: Readonly<Record<string, ModelFamily>> = {
  resnet(build, inputShape) {
    const blockName = stringField(build, 'block');
    const block = Object.hasOwn(residualBlocks, blockName) ? residualBlocks[blockName] : undefined;
    if (block === undefined) return undefined;
    const depth = numberField(build, 'depth');
    const widths = numbersField(build, 'filters') as unknown as ResnetWidths;
    return resnet({ depth, block, widths, classes: numberField(build, 'classes'), inputShape });
  },
  mobilenetv2(build, inputShape) {
    const expansion = numberField(build, 'T');
    const widthMultiplier = numberField(build, 'width_mult');
    const classes = numberField(build, 'classes');
    return mobileNetV2({ variant: 'cifar', expansion, widthMultiplier, classes, inputShape });
  },
  wrn(build, inputShape) {
    const depth = numberField(build, 'depth');
    const widenFactor = numberField(build, 'widen_factor');
    return wideResnet({ depth, widenFactor, classes: numberField(build, 'classes'), inputShape });
  },
  vgg(build, inputShape) {
    const widths = numberListsField(build, 'stages') as unknown as VggWidths;
    const batchNorm = booleanFieldOr(build, 'batch_norm', true);
    return vgg({ widths, batchNorm, classes: numberField(build, 'classes'), inputShape });
  },
  shufflev1(build, inputShape) {
    const widths = numbersField(build, 'out_planes') as unknown as PerStage;
    const blocks = numbersField(build, 'num_blocks') as unknown as PerStage;
    const groups = numberField(build, 'groups');
    return shuffleNetV1({ widths, blocks, groups, classes: numberField(build, 'classes'), inputShape });
  },
  shufflev2(build, inputShape) {
    const widths = numbersField(build, 'out_channels') as unknown as ShuffleNetV2Widths;
    const blocks = numbersField(build, 'num_blocks') as unknown as PerStage;
    return shuffleNetV2({ widths, blocks, classes: numberField(build, 'classes'), inputShape });
  },
  iresnet(build, inputShape) {
    const layers = numbersField(build, 'layers') as unknown as IresnetLayers;
    const widths = numbersField(build, 'widths') as unknown as IresnetWidths;
    return iresnet({ layers, widths, embeddingSize: numberField(build, 'num_features'), inputShape });
  },
  pocketnet(build, inputShape) {
    return pocketNet({
      cells: numberField(build, 'n_layers'),
      channels: numberField(build, 'C'),
      stemMultiplier: numberField(build, 'stem_multiplier'),
      genotype: genotypeOf(optionalFields(build, 'genotype')),
      embeddingSize: numberField(build, 'embedding'),
      inputShape,
    });
  },
};
