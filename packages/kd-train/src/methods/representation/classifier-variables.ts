import { add, matMul, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { type Classifier, KdError, type Tree } from 'kd-core';
import type { NetworkOutput, NetworkShapes } from '../method.ts';

/** The variables of a network's last, linear layer. */
export interface ClassifierVariables<Leaf> {
  /** [features, classes] */
  readonly kernel: Leaf;
  /** [classes] */
  readonly bias?: Leaf;
}

/** Those that `classifier` names among `params`. */
export function classifierVariables<Leaf>(
  params: Tree<Leaf>,
  { kernel, bias }: Classifier,
): ClassifierVariables<Leaf> {
  return { kernel: leafAt(params, kernel), ...(bias !== undefined && { bias: leafAt(params, bias) }) };
}

/** Those of a network in a step, whose method requires its classifier. */
export function outputClassifier({ variables, shapes }: NetworkOutput): ClassifierVariables<Tensor> {
  return classifierVariables(variables!.params, shapes!.classifier!);
}

/** What the classifier answers to `features` [batch, features]. */
export function classify({ kernel, bias }: ClassifierVariables<Tensor>, features: Tensor): Tensor2D {
  const answers: Tensor2D = matMul(features as Tensor2D, kernel as Tensor2D);
  return bias === undefined ? answers : add<Tensor2D>(answers, bias as Tensor1D);
}

/**
 * The length of what the classifier of `network` reads. Throws `SHAPE_MISMATCH`, naming both, unless the tap `tap`, a vector
 * or a map, has as many channels.
 */
export function classifierFeatures(network: NetworkShapes, tap: string, whose: string): number {
  const read = network.classifier!.tap;
  const features = network.taps[read]![0]!;
  const shape = network.taps[tap]!;
  if (shape.at(-1) === features) return features;
  throw new KdError(
    'SHAPE_MISMATCH',
    `The classifier of ${whose} reads '${read}' [${features}], but the tap '${tap}' is [${shape.join(', ')}]. Choose the tap that its classifier reads, or the map whose means it reads.`,
  );
}

function leafAt<Leaf>(tree: Tree<Leaf>, path: string): Leaf {
  return path
    .split('/')
    .reduce<Tree<Leaf>>((node, key) => (node as Readonly<Record<string, Tree<Leaf>>>)[key]!, tree) as Leaf;
}
