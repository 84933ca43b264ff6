import type { Tensor } from '@tensorflow/tfjs-core';
import {
  foldIn,
  type HostTensor,
  type ModelVariables,
  type NetworkPart,
  type PrngKey,
  type Tree,
} from 'kd-core';

/** One pass through parts, in any order. */
interface PartsPass {
  /** `x` through the part `name`, with batch statistics. */
  run(name: string, x: Tensor): Tensor;
  /** Of all parts after what has run. */
  state(): Tree<Tensor>;
}

/** Several small networks of one method, whose variables stand under their names. */
export interface PartCollection {
  /** Multiply-accumulates of all parts together, each for one sample. */
  readonly macs: number;
  init(key: PrngKey): ModelVariables<HostTensor>;
  pass(variables: ModelVariables<Tensor>): PartsPass;
}

type Named<T> = Readonly<Record<string, T>>;

/** Joins `parts`. The start values of a part depend on its place among the names, not on the other parts. */
export function partCollection(parts: Named<NetworkPart>): PartCollection {
  return {
    macs: Object.values(parts).reduce((total, { description }) => total + description.macs, 0),
    init(key) {
      const drawn = Object.entries(parts).map(
        ([name, part], place) => [name, part.init(foldIn(key, place))] as const,
      );
      return {
        params: Object.fromEntries(drawn.map(([name, { params }]) => [name, params])),
        state: Object.fromEntries(drawn.map(([name, { state }]) => [name, state])),
      };
    },

    pass({ params, state }) {
      const [paramsOf, stateOf] = [params as Named<Tree<Tensor>>, state as Named<Tree<Tensor>>];
      const updated: Record<string, Tree<Tensor>> = {};
      return {
        run(name, x) {
          const variables = { params: paramsOf[name]!, state: stateOf[name]! };
          const result = parts[name]!.apply(variables, x, { train: true });
          updated[name] = result.state;
          return result.output;
        },
        state: () => ({ ...stateOf, ...updated }),
      };
    },
  };
}
