import { add, concat, mul, slice, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  fanInUniform,
  type HostTensor,
  type KernelInitializer,
  type ModelVariables,
  type NetworkPart,
  networkPart,
  type PrngKey,
  resizeNearest,
  type Tree,
} from 'kd-core';
import { partCollection } from '../part-collection.ts';

const WIDEST = 512;
/** Kaiming uniform by fan-in for a linear unit. */
const linearKaimingUniform: KernelInitializer = (fans) => ({
  kind: 'uniform',
  bound: Math.sqrt(3 / fans.in),
});

type MapShape = readonly [height: number, width: number, channels: number];

/** One level of the review. */
export interface ReviewLevel {
  /** Of the student's map. */
  readonly student: MapShape;
  /** Of the teacher's map, and so of the result. */
  readonly teacher: MapShape;
}

export interface ReviewFusionOptions {
  /** From the deepest level to the shallowest. */
  readonly levels: readonly ReviewLevel[];
  /** Channels in which levels are fused. Default those of the student's deepest map, at most 512. */
  readonly channels?: number;
}

export interface ReviewFusion {
  /** Multiply-accumulates for one sample. */
  readonly macs: number;
  init(key: PrngKey): ModelVariables<HostTensor>;
  /** The student's maps, from the deepest, to maps of the teacher's shapes, with batch statistics. */
  apply(
    variables: ModelVariables<Tensor>,
    maps: readonly Tensor[],
  ): { readonly outputs: readonly Tensor4D[]; readonly state: Tree<Tensor> };
}

/**
 * The fusion of ReviewKD (Chen, Liu, Zhao and Jia, 2021, arXiv:2104.09044, figure 3; `ABF` in the authors' code). Each level's map
 * passes a 1x1 convolution with batch norm, `reduction0`, ...; what comes from the deeper level is resized to it (nearest), and
 * a 1x1 convolution of both with a sigmoid, `attention1`, ..., says how much of each goes on, at the teacher's size; a 3x3
 * convolution with batch norm, `output0`, ..., gives the level's result. The convolutions with batch norm start uniform by
 * fan-in for linear units, `attention` as in PyTorch.
 */
export function reviewFusion({ levels, channels }: ReviewFusionOptions): ReviewFusion {
  const fused = channels ?? Math.min(WIDEST, levels[0]!.student[2]);
  const parts: Record<string, NetworkPart> = {};
  levels.forEach(({ student, teacher }, level) => {
    const [studentHeight, studentWidth] = student;
    const [height, width, channelsOut] = teacher;
    parts[`reduction${level}`] = convolutionPart(student, fused, 1);
    if (level > 0) parts[`attention${level}`] = attentionPart([studentHeight, studentWidth, 2 * fused]);
    parts[`output${level}`] = convolutionPart([height, width, fused], channelsOut, 3);
  });
  const collection = partCollection(parts);

  return {
    macs: Object.values(parts).reduce((total, part) => total + part.description.macs, 0),
    init: (key) => collection.init(key),
    apply(variables, maps) {
      const pass = collection.pass(variables);
      let carried: Tensor4D | undefined;
      const outputs = levels.map(({ student, teacher }, level) => {
        const own = pass.run(`reduction${level}`, maps[level]!) as Tensor4D;
        const merged =
          carried === undefined
            ? own
            : fuse(own, resizeNearest(carried, [student[0], student[1]]), (both) =>
                pass.run(`attention${level}`, both),
              );
        carried = resizeNearest(merged, [teacher[0], teacher[1]]);
        return pass.run(`output${level}`, carried) as Tensor4D;
      });
      return { outputs, state: pass.state() };
    },
  };
}

function fuse(own: Tensor4D, deeper: Tensor4D, attend: (both: Tensor) => Tensor): Tensor4D {
  const shares = attend(concat([own, deeper], -1));
  const share = (which: number): Tensor => slice(shares, [0, 0, 0, which], [-1, -1, -1, 1]);
  return add(mul(own, share(0)), mul(deeper, share(1)));
}

function convolutionPart(inputShape: MapShape, channels: number, kernelSize: 1 | 3): NetworkPart {
  return networkPart({
    name: 'the fusion of levels',
    inputShape,
    network(layers, x) {
      const padding = (kernelSize - 1) / 2;
      return layers.batchNorm(
        'norm',
        layers.convolution('convolution', x, { channels, kernelSize, padding }),
      );
    },
    kernelInitializer: linearKaimingUniform,
  });
}

function attentionPart(inputShape: MapShape): NetworkPart {
  return networkPart({
    name: 'the fusion of levels',
    inputShape,
    network: (layers, x) =>
      layers.sigmoid(
        layers.convolution('convolution', x, {
          channels: 2,
          kernelSize: 1,
          bias: true,
          biasInitializer: fanInUniform,
        }),
      ),
    kernelInitializer: fanInUniform,
  });
}
