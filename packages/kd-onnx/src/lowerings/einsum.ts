import { backend_util } from '@tensorflow/tfjs-core';
import { text } from '../graph/graph.ts';
import { materialize, traced } from '../trace/traced-value.ts';
import { type Lowering, type LoweringTable, tensorLike } from './lowering.ts';

const einsum: Lowering = ({ builder, inputs, attributes }) => {
  const values = Object.values(inputs);
  const equation = (attributes.equation as string).replace(/\s/g, '');
  const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, values.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, values.map(tensorLike));
  const sizes = new Map<string, number>();
  idDims.forEach((dimensions, index) => {
    dimensions.forEach((dimension, axis) => {
      sizes.set(allDims[dimension]!, values[index]!.shape[axis]!);
    });
  });
  const shape = [...equation.split('->')[1]!].map((label) => sizes.get(label)!);
  const operands = values.map((value) => materialize(builder, value));
  const result = builder.op(
    'Einsum',
    operands,
    { shape, dtype: operands[0]!.dtype },
    { attributes: { equation: text(equation) } },
  );
  return traced(result);
};

export const einsumLowerings: LoweringTable = { Einsum: einsum };
