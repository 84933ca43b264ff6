import type { Tensor } from '@tensorflow/tfjs-core';
import { HostTensor } from 'kd-core';
import { decodeModel } from '../../reader/decode-model.ts';
import { readNetworkNodes } from '../network-nodes.ts';
import { runNetwork } from '../run-network.ts';
import { channelsLast, computed, computedMap, plain } from '../value.ts';
import { sortVariables } from '../variables.ts';
import { type FileAttribute, type FileTensor, onnxFile } from './onnx-file.ts';

/** One node: its first operand is an input of the graph, the others are initialisers; undefined is left out. */
export interface OperatorCase {
  readonly opType: string;
  readonly opset?: number;
  readonly operands: readonly (FileTensor | undefined)[];
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
  readonly outputs?: number;
  /** Which operands the node takes; by default all, in order. */
  readonly order?: readonly number[];
  /** Element type, by its number in files, that the input is cast to before the node takes it. */
  readonly firstAs?: number;
}

/** How the interpretation sees a case. */
export interface Reading {
  readonly asMap: boolean;
  readonly isTrained: boolean;
}

const NEWEST = 21;

/** The case as a file. Results are cast to float32, so that masks and indices can be read. */
export function fileOf(given: OperatorCase): Uint8Array {
  const { opType, opset = NEWEST, operands, attributes = {}, outputs = 1, order, firstAs } = given;
  const all = operands.map((operand, position) => (operand === undefined ? '' : nameOf(position)));
  const chosen = order?.map((position) => all[position]!) ?? all;
  const names = firstAs === undefined ? chosen : ['x0_cast', ...chosen.slice(1)];
  const results = Array.from({ length: outputs }, (_, each) => `y${each}`);
  const initializers = operands.flatMap((operand, position): [string, FileTensor][] =>
    operand === undefined || position === 0 ? [] : [[nameOf(position), operand]],
  );
  return onnxFile({
    opset,
    nodes: [
      ...(firstAs === undefined
        ? []
        : [{ opType: 'Cast', inputs: ['x0'], outputs: ['x0_cast'], attributes: { to: { int: firstAs } } }]),
      { opType, inputs: names, outputs: results, attributes },
      ...results.map((result) => ({
        opType: 'Cast',
        inputs: [result],
        outputs: [`${result}_float`],
        attributes: { to: { int: 1 } },
      })),
    ],
    inputs: { x0: operands[0]!.shape },
    initializers: Object.fromEntries(initializers),
    outputs: results.map((result) => `${result}_float`),
  });
}

function nameOf(position: number): string {
  return `x${position}`;
}

/**
 * The case as a function of its input and its parameters. `asMap`: the input lies as between two convolutions;
 * `isTrained`: float operands are parameters, not constants that preprocess images.
 */
export function interpretation(
  given: OperatorCase,
  { asMap, isTrained }: Reading,
): {
  readonly params: Readonly<Record<string, HostTensor>>;
  readonly run: (
    x: Tensor,
    params: Readonly<Record<string, Tensor>>,
    state: Readonly<Record<string, Tensor>>,
  ) => Tensor[];
  readonly state: Readonly<Record<string, HostTensor>>;
} {
  const model = decodeModel(fileOf(given));
  const outputs = model.graph.outputs.map(({ name }) => name);
  const nodes = readNetworkNodes(model, outputs);
  const variables = sortVariables(model, nodes, isTrained ? '' : 'x0');
  return {
    params: variables.params,
    state: variables.state,
    run: (x, params, state) => {
      const value = asMap ? computedMap(channelsLast(computed(x))) : computed(x);
      const result = runNetwork({
        nodes,
        variables,
        params,
        state,
        input: { name: 'x0', value },
        batchFactor: 1,
        train: false,
      });
      return outputs.map((name) => plain(result.value(name)));
    },
  };
}

export function hostOf({ data, shape }: FileTensor): HostTensor {
  return new HostTensor(Float32Array.from(data), shape);
}
