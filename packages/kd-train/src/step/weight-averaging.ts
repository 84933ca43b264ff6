import { add, mul, type Scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import {
  type HostTensor,
  requireArgument,
  type Tree,
  treeFromPaths,
  treeMap,
  treePaths,
  visitTree,
} from 'kd-core';
import type { DeployedStudent, TrainedVariables } from '../methods/deployed-student.ts';
import { groupLeaves } from '../optimizers/leaf-groups.ts';
import type { Schedule } from '../schedules/schedule.ts';

/** Averages the weights of the network that is deployed over the updates, exponentially; what is trained stays as it is. */
export interface WeightAveraging {
  /** How much of the average stays at an update, in [0, 1): 0.999 averages over about 1000 updates. */
  readonly decay: number;
  /**
   * Whether the decay grows as `min(decay, (1 + t) / (10 + t))` with the updates t since `from`, as that of TensorFlow's
   * `ExponentialMovingAverage` with `num_updates`, so that the start is soon forgotten. False gives the constant decay of timm's
   * `ModelEmaV2`. Default true.
   */
  readonly warmUp?: boolean;
  /** Updates before averaging begins; until then the average is the weights themselves. Default 0. */
  readonly from?: number;
}

/** The decay of each update. Polyak and Juditsky, 1992. Throws `INVALID_ARGUMENT` for settings out of range. */
export function averageDecay({ decay, warmUp = true, from = 0 }: WeightAveraging): Schedule {
  requireArgument(decay >= 0 && decay < 1, () => `averaging.decay must be in [0, 1), got ${decay}.`);
  requireArgument(
    Number.isInteger(from) && from >= 0,
    () => `averaging.from must be a number of updates, an integer of at least 0, got ${from}.`,
  );
  return ({ step }) => {
    const updates = step - from;
    if (updates < 0) return 0;
    return warmUp ? Math.min(decay, (1 + updates) / (10 + updates)) : decay;
  };
}

type Trained<Leaf> = Pick<TrainedVariables<Leaf>, 'student' | 'method'>;

/**
 * The start of the average: the variables of the student and the method that the deployed network has, running statistics
 * included, by their paths in `{ student, method }`. Those of a teacher do not move, and what is deployed nowhere, such as a
 * memory bank, needs no average.
 */
export function initialAverage(
  deployed: DeployedStudent,
  trained: TrainedVariables<HostTensor>,
): Tree<HostTensor> {
  const used = new Set<HostTensor>();
  visitTree(deployed.variables(trained) as unknown as Tree<HostTensor>, (leaf) => used.add(leaf));
  const entries: [path: string, leaf: HostTensor][] = [];
  visitTree(ownTree(trained), (leaf, path) => {
    if (used.has(leaf) && leaf.dtype === 'float32') entries.push([path, leaf]);
  });
  return treeFromPaths(entries);
}

/** The average after an update that gave `trained`: `decay * average + (1 - decay) * trained`. */
export function updateAverage(average: Tree<Tensor>, trained: Trained<Tensor>, decay: Scalar): Tree<Tensor> {
  const now = new Map<string, Tensor>();
  visitTree(ownTree(trained), (leaf, path) => now.set(path, leaf));
  const current = treeFromPaths(treePaths(average).map((path) => [path, now.get(path)!] as const));
  const groups = groupLeaves(average, () => true);
  const share = sub(1, decay);
  const latest = groups.join(current);
  const moved = groups.join(average).map((old, group) => add(mul(old, decay), mul(latest[group]!, share)));
  return groups.split(moved, average);
}

/** `trained` with the averaged variables in the place of those that were trained. */
export function withAverage<Leaf>(
  trained: TrainedVariables<Leaf>,
  average: Tree<Leaf> | undefined,
): TrainedVariables<Leaf> {
  if (average === undefined) return trained;
  const averaged = new Map<string, Leaf>();
  visitTree(average, (leaf, path) => averaged.set(path, leaf));
  const own = treeMap<Leaf, Leaf>(ownTree(trained), (leaf, path) => averaged.get(path) ?? leaf);
  return { ...(own as unknown as Trained<Leaf>), teachers: trained.teachers };
}

function ownTree<Leaf>({ student, method }: Trained<Leaf>): Tree<Leaf> {
  return { student, method } as unknown as Tree<Leaf>;
}
