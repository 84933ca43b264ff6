import { KdError, requireArgument } from 'kd-core';

const CELL_OPERATIONS = [
  'max_pool_3x3',
  'avg_pool_3x3',
  'skip_connect',
  'dw_conv_1x1',
  'dw_conv_3x3',
  'dw_conv_5x5',
  'dw_conv_7x7',
] as const;

/**
 * What an edge of a cell does to the map that it leads on: a pool with batch norm, nothing, or a separable convolution.
 */
export type CellOperation = (typeof CELL_OPERATIONS)[number];

/** `source` 0 and 1 are the cell before the last and the last; from 2 on the nodes of this cell, in order. */
export type CellEdge = readonly [operation: CellOperation, source: number];

/** A small graph of maps, repeated to make a network. */
export interface Cell {
  /** The edges that lead to each node, whose results are added. */
  readonly nodes: readonly (readonly CellEdge[])[];
  /** The sources whose maps, one behind the other, are the cell's; default all nodes. */
  readonly outputs?: readonly number[];
}

/** What a search of architectures found: the cell that keeps the size of maps and the one that halves it. */
export interface Genotype {
  readonly normal: Cell;
  readonly reduction: Cell;
}

/** The first node of a cell among its sources. */
const FIRST_NODE = 2;

/** The sources of which a cell's output consists. */
export function cellOutputs({ nodes, outputs }: Cell): readonly number[] {
  return outputs ?? nodes.map((_, node) => FIRST_NODE + node);
}

/** Throws `INVALID_ARGUMENT` for an operation that does not exist and a source that is not computed yet. */
export function requireGenotype(family: string, genotype: Genotype): void {
  requireCell(`${family} genotype.normal`, genotype.normal);
  requireCell(`${family} genotype.reduction`, genotype.reduction);
}

function requireCell(where: string, cell: Cell): void {
  requireArgument(
    cell.nodes.length > 0 && cell.nodes.every((edges) => edges.length > 0),
    () => `${where} must have at least one node, and each node at least one edge.`,
  );
  for (const [node, edges] of cell.nodes.entries()) {
    for (const [operation, source] of edges) {
      if (!CELL_OPERATIONS.includes(operation)) {
        throw new KdError(
          'INVALID_ARGUMENT',
          `${where}.nodes[${node}] has the operation '${operation}'. Known: ${CELL_OPERATIONS.join(', ')}.`,
        );
      }
      requireSource(`${where}.nodes[${node}]`, source, FIRST_NODE + node);
    }
  }
  const outputs = cellOutputs(cell);
  requireArgument(outputs.length > 0, () => `${where}.outputs must name at least one source.`);
  for (const source of outputs) requireSource(`${where}.outputs`, source, FIRST_NODE + cell.nodes.length);
}

function requireSource(where: string, source: number, count: number): void {
  requireArgument(
    Number.isInteger(source) && source >= 0 && source < count,
    () =>
      `${where} must read sources from 0 to ${count - 1} (the two cells before, then the nodes before), got ${source}.`,
  );
}
