import type { GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { elementwise, elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

function comparison(opType: string): Lowering {
  return ({ builder, inputs }) =>
    elementwise(builder, [inputs.a!, inputs.b!], ([a, b]) => compare(builder, opType, a!, b!));
}

/** ONNX orders no booleans: they are compared as integers. */
function compare(builder: GraphBuilder, opType: string, a: GraphValue, b: GraphValue): GraphValue {
  const operands =
    a.dtype === 'bool' && opType !== 'Equal' ? [a, b].map((each) => builder.cast(each, 'int32')) : [a, b];
  return elementwiseNode(builder, opType, operands, 'bool');
}

const notEqual: Lowering = ({ builder, inputs }) =>
  elementwise(builder, [inputs.a!, inputs.b!], ([a, b]) =>
    elementwiseNode(builder, 'Not', [compare(builder, 'Equal', a!, b!)], 'bool'),
  );

function logical(opType: string): Lowering {
  return ({ builder, inputs }) =>
    elementwise(builder, [inputs.a!, inputs.b!], (operands) =>
      elementwiseNode(
        builder,
        opType,
        operands.map((each) => builder.cast(each, 'bool')),
        'bool',
      ),
    );
}

const logicalNot: Lowering = ({ builder, inputs }) =>
  elementwise(builder, [inputs.x!], ([x]) =>
    elementwiseNode(builder, 'Not', [builder.cast(x!, 'bool')], 'bool'),
  );

/** tfjs has broadcast the three operands to one shape. */
const select: Lowering = ({ builder, inputs }) => {
  const { condition, t, e } = inputs as Record<'condition' | 't' | 'e', NonNullable<(typeof inputs)[string]>>;
  return elementwise(builder, [condition, t, e], ([test, whenTrue, whenFalse]) => {
    const asBool = builder.cast(test!, 'bool');
    if (t.dtype !== 'bool')
      return elementwiseNode(builder, 'Where', [asBool, whenTrue!, whenFalse!], t.dtype);
    const chosen = elementwiseNode(
      builder,
      'Where',
      [asBool, builder.cast(whenTrue!, 'int32'), builder.cast(whenFalse!, 'int32')],
      'int32',
    );
    return builder.cast(chosen, 'bool');
  });
};

const isNotANumber: Lowering = ({ builder, inputs }) =>
  elementwise(builder, [inputs.x!], ([x]) =>
    elementwiseNode(builder, 'IsNaN', [builder.cast(x!, 'float32')], 'bool'),
  );

const isInfinite: Lowering = ({ builder, inputs }) =>
  elementwise(builder, [inputs.x!], ([x]) =>
    elementwiseNode(builder, 'IsInf', [builder.cast(x!, 'float32')], 'bool'),
  );

/** x - x is 0 for finite numbers and NaN for all others. */
const isFiniteNumber: Lowering = ({ builder, inputs }) =>
  elementwise(builder, [inputs.x!], ([x]) => {
    const value = builder.cast(x!, 'float32');
    const difference = elementwiseNode(builder, 'Sub', [value, value]);
    return elementwiseNode(builder, 'Equal', [difference, builder.scalar(0)], 'bool');
  });

export const logicLowerings: LoweringTable = {
  Equal: comparison('Equal'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  IsFinite: isFiniteNumber,
  IsInf: isInfinite,
  IsNan: isNotANumber,
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalNot: logicalNot,
  LogicalOr: logical('Or'),
  NotEqual: notEqual,
  Select: select,
};
