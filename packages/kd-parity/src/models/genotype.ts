import type { Cell, CellEdge, Genotype } from 'kd-models';
import { type Fields, listField, numbersField } from '../fixtures/fields.ts';

/** The searched cells of a fixture: lists of edges [operation, source] for each node, and the sources of the output. */
export function genotypeOf(fields: Fields): Genotype {
  return { normal: cellOf(fields, 'normal'), reduction: cellOf(fields, 'reduce') };
}

/** The network itself refuses operations and sources that do not exist. */
function cellOf(fields: Fields, name: string): Cell {
  return {
    nodes: listField(fields, name) as readonly (readonly CellEdge[])[],
    outputs: numbersField(fields, `${name}_concat`),
  };
}
