import type { BatchStatistics, RunningStatisticsOptions } from 'kd-core';
import { KdError } from 'kd-core';
import type { OnnxNode } from '../reader/onnx-model.ts';
import { describeNode, type NodeReader } from './node-reader.ts';
import type { KnownValue, Value } from './value.ts';

/** One pass through the network. */
export interface Pass {
  readonly train: boolean;
  /**
   * Images in this pass for each image of the batch that the file was written for; 1 where the file leaves the size of its
   * batch open. Shapes that the file states as numbers grow by this factor.
   */
  readonly batchFactor: number;
  /** Notes the statistics of a batch; false where the file's statistics are no variables and stay as they are. */
  track(node: OnnxNode, statistics: BatchStatistics & Omit<RunningStatisticsOptions, 'state'>): void;
}

/** The inputs of a node in one pass. */
export class Operands {
  readonly node: OnnxNode;
  readonly #values: readonly (Value | undefined)[];

  constructor(node: OnnxNode, values: readonly (Value | undefined)[]) {
    this.node = node;
    this.#values = values;
  }

  /** All inputs that are there. */
  get all(): readonly Value[] {
    return this.#values.filter((value) => value !== undefined);
  }

  find(position: number): Value | undefined {
    return this.#values[position];
  }

  /** Throws `PARSE` when the file leaves the input out. */
  at(position: number): Value {
    const value = this.#values[position];
    if (value === undefined) {
      throw new KdError('PARSE', `${describeNode(this.node)} has no input ${position}.`);
    }
    return value;
  }

  /** Throws `UNSUPPORTED` for an input that depends on the values of images or parameters. */
  known(position: number): KnownValue {
    const value = this.at(position);
    if (value.kind === 'known') return value;
    throw new KdError(
      'UNSUPPORTED',
      `${describeNode(this.node)} takes its input '${this.node.inputs[position]}' from values of the network; only constants and what is computed of shapes can be read.`,
    );
  }

  numbers(position: number): number[] {
    return Array.from(this.known(position).data);
  }

  /** The numbers of an optional input. */
  findNumbers(position: number): number[] | undefined {
    return this.#values[position] === undefined ? undefined : this.numbers(position);
  }
}

export type Evaluate = (operands: Operands, pass: Pass) => Value | readonly Value[];

export interface OperatorDefinition {
  /** Reads a node once. Throws `UNSUPPORTED` for a form of the operator that is not in the set. */
  readonly read: (node: NodeReader) => Evaluate;
  /** Positions of inputs that hold weights: float initialisers there are parameters, whatever their size. */
  readonly weights?: readonly number[];
  /** Positions of the running mean and variance. */
  readonly statistics?: readonly [mean: number, variance: number];
  /** Positions of inputs that say what to do (shapes, axes, bounds) and are no parameters. */
  readonly settings?: readonly number[];
  /** Multiply-accumulates. */
  readonly products?: (inputs: readonly (readonly number[])[], output: readonly number[]) => number;
  /** False for what only moves or names values, which needs no memory of its own. Default true. */
  readonly computes?: false;
  /** What of the operator is refused, for the documentation. */
  readonly limits?: string;
}

export type OperatorTable = Readonly<Record<string, OperatorDefinition>>;

/** Counts `axis` from the front. Throws `PARSE` for one that is not there. */
export function normalizeAxis(node: OnnxNode, axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new KdError('PARSE', `${describeNode(node)} has axis ${axis} of a value of rank ${rank}.`);
  }
  return normalized;
}
