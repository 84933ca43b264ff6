import {
  crossEntropy,
  type HardCases,
  type Margins,
  marginLogits,
  requireArgument,
  requireMargins,
} from 'kd-core';
import { type Method, noVariables } from './method.ts';

export type MarginCrossEntropyOptions = {
  /** Multiplies the cosines, above 0. Default 64. */
  readonly scale?: number;
  /** `exact` (default) has the gradient of what it computes; `reference` is insightface's code. See `marginLogits`. */
  readonly variant?: 'exact' | 'reference';
  /** What becomes of angles that a margin carries beyond pi. See `marginLogits`. */
  readonly hardCases?: HardCases;
} & (
  | {
      /** Which margin `margin` is: `arcface` (default) adds it to the angle, `cosface` takes it off the cosine. */
      readonly kind?: 'arcface' | 'cosface';
      /** Default 0.5 radians for `arcface`, 0.4 for `cosface`. */
      readonly margin?: number;
    }
  | { readonly kind: 'combined'; readonly margin: Margins }
);

/**
 * Cross entropy with the labels of cosines whose own class is made harder by a margin. It reads the student's logits
 * as cosines: the student must end in `layers.cosineClassifier`, as face networks with `classes` do. Needs no teacher.
 * ArcFace: Deng et al., 2019, arXiv:1801.07698; CosFace: Wang et al., 2018, arXiv:1801.09414.
 */
export function marginCrossEntropy(options: MarginCrossEntropyOptions = {}): Method {
  const { scale = 64, variant = 'exact', hardCases } = options;
  const margins = marginsOf(options);
  requireMargins(margins);
  requireArgument(
    Number.isFinite(scale) && scale > 0,
    () => `scale must be a finite number above 0, got ${scale}.`,
  );
  const rule = hardCases === undefined ? {} : { hardCases };
  return {
    name: 'marginCrossEntropy',
    config: { name: 'marginCrossEntropy', scale, margins: { ...margins }, variant, ...rule },
    scalars: {},
    requires: { student: [], teachers: [], singleLabels: true },
    init: () => noVariables,
    loss({ student, labels, variables }) {
      const logits = marginLogits({ cosine: student.logits, labels, scale, margins, variant, ...rule });
      const total = crossEntropy({ logits, labels });
      return { total, terms: { marginCrossEntropy: total }, state: variables.state };
    },
  };
}

function marginsOf(options: MarginCrossEntropyOptions): Margins {
  if (options.kind === 'combined') return options.margin;
  return options.kind === 'cosface'
    ? { subtractive: options.margin ?? 0.4 }
    : { angular: options.margin ?? 0.5 };
}
