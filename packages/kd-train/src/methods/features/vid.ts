import { add, type Scalar, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import {
  HostTensor,
  logScaleOf,
  lowerSize,
  type NetworkPart,
  poolToLower,
  type Tree,
  variationalInformationLoss,
} from 'kd-core';
import type { Method } from '../method.ts';
import { partCollection } from '../part-collection.ts';
import type { TapPair } from '../tap-series.ts';
import {
  type MapPairShapes,
  mapPairShapes,
  mapPairs,
  pairConfig,
  pairName,
  pairRequirements,
  requirePairs,
  shapesOfMaps,
  unpoolable,
} from './map-pairs.ts';
import { vidRegressor } from './vid-regressor.ts';

export interface VidOptions {
  /** Which tap of the student says something of which tap of the teacher; feature maps. At least one pair. */
  readonly pairs: readonly TapPair[];
  /** Where the variance of every channel starts, above 1e-5. Default 5. */
  readonly initialVariance?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/** Params of the method: a regressor and the variances for each pair. */
interface VidParams {
  readonly regressors: Tree<Tensor>;
  readonly logScales: Readonly<Record<string, Tensor>>;
}

/**
 * Variational information distillation: trained regressors predict the teacher's maps from the student's, with a trained
 * variance for each channel, and the likelihood of what the teacher computes is maximised; no gradient to the teacher. The
 * higher map of a pair is pooled to the lower one. The form of the CRD benchmark, with weight 1, whose regressors
 * have no batch norm. Ahn et al., 2019, arXiv:1904.05835, equations 5 and 6.
 * Throws `INVALID_ARGUMENT` without pairs or for a variance that is too small, and, from `init`, `SHAPE_MISMATCH` for taps that
 * cannot be brought to one size.
 */
export function vid({ pairs, initialVariance = 5, teacher = 0 }: VidOptions): Method {
  const name = 'vid';
  requirePairs(pairs);
  const initialScale = logScaleOf(initialVariance);
  return {
    name,
    config: { name, pairs: pairConfig(pairs), initialVariance, teacher },
    scalars: {},
    requires: pairRequirements(pairs, teacher),
    init(key, shapes) {
      const maps = mapPairShapes(name, pairs, shapes, teacher, unpoolable);
      const { params, state } = partCollection(regressors(maps)).init(key);
      const logScales = maps.map(({ teacher: [, , channels] }, index) => {
        const scales = new Float32Array(channels).fill(initialScale);
        return [pairName(index), new HostTensor(scales, [channels])] as const;
      });
      return { params: { regressors: params, logScales: Object.fromEntries(logScales) }, state };
    },
    macs: (shapes) =>
      (shapes.batchSize ?? 1) *
      partCollection(regressors(mapPairShapes(name, pairs, shapes, teacher, unpoolable))).macs,
    loss(context) {
      const { studentFeatures, teacherFeatures } = mapPairs(context, pairs, teacher);
      const { params, state } = context.variables;
      const { regressors: regressorParams, logScales } = params as unknown as VidParams;
      const parts = partCollection(regressors(shapesOfMaps(studentFeatures, teacherFeatures)));
      const pass = parts.pass({ params: regressorParams, state });
      const losses = studentFeatures.map((feature, index) => {
        const [student, target] = poolToLower(feature, teacherFeatures[index]! as Tensor4D);
        return variationalInformationLoss({
          predictedFeature: pass.run(pairName(index), student),
          teacherFeature: target,
          logScales: logScales[pairName(index)]!,
        });
      });
      const total = losses.reduce((sum, loss) => add(sum, loss) as Scalar);
      return { total, terms: { [name]: total }, state: pass.state() };
    },
  };
}

/** By pair, for maps of the lower size. */
function regressors(shapes: readonly MapPairShapes[]): Record<string, NetworkPart> {
  return Object.fromEntries(
    shapes.map(({ student, teacher }, index) => {
      const [height, width] = lowerSize([student[0], student[1]], [teacher[0], teacher[1]]);
      const part = vidRegressor({
        inputShape: [height, width, student[2]],
        hiddenChannels: teacher[2],
        channels: teacher[2],
      });
      return [pairName(index), part];
    }),
  );
}
