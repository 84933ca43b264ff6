import type { GraphValue } from './graph.ts';
import type { GraphBuilder, GraphTarget, NodeOptions, OutputSpec } from './graph-builder.ts';

/** Operators that multiply and add so much that the precision of their operands decides their speed. */
const PRODUCTS: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Operators whose first input is moved or repeated, but not changed; their other inputs are indices. */
const MOVEMENTS: ReadonlySet<string> = new Set(['Expand', 'Gather', 'Reshape', 'Slice', 'Transpose']);

/** True for a product that `target` wants computed in float16. */
export function isHalvedProduct(
  { productPrecision }: GraphTarget,
  opType: string,
  output: OutputSpec,
  { domain = '' }: NodeOptions,
): boolean {
  return (
    productPrecision === 'float16' && domain === '' && output.dtype === 'float32' && PRODUCTS.has(opType)
  );
}

/**
 * Mixed precision (Micikevicius et al., 2018, arXiv:1710.03740): the product of operands rounded to float16, as float32.
 * A value that several products read is rounded once.
 */
export function productInHalf(
  builder: GraphBuilder,
  opType: string,
  inputs: readonly GraphValue[],
  output: OutputSpec,
  options: NodeOptions,
): GraphValue {
  const operands = inputs.map((input) => inHalf(builder, input));
  const [product] = builder.node(opType, operands, [{ ...output, dtype: 'float16' }], options);
  return builder.cast(product!, 'float32');
}

/** `value` in float16, rounded before it is moved rather than after: half as many bytes are moved. */
function inHalf(builder: GraphBuilder, value: GraphValue): GraphValue {
  const producer = builder.producerOf(value);
  if (producer === undefined || producer.domain !== '' || !MOVEMENTS.has(producer.opType)) {
    return builder.cast(value, 'float16');
  }
  const [source, ...indices] = producer.inputs;
  const { opType, attributes } = producer;
  const inputs = [inHalf(builder, source!), ...indices];
  return builder.node(opType, inputs, [{ shape: value.shape, dtype: 'float16' }], { attributes })[0]!;
}
