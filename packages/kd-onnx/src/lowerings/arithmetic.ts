import type { GraphDataType, GraphValue } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { elementwiseNode } from './elementwise.ts';

/** A value of the graph, or a number that takes the type of the operand beside it. */
type Term = GraphValue | number;

/** Elementwise formulas on values of the graph, with broadcasting. */
export interface Arithmetic {
  add(a: Term, b: Term): GraphValue;
  sub(a: Term, b: Term): GraphValue;
  mul(a: Term, b: Term): GraphValue;
  div(a: Term, b: Term): GraphValue;
  mod(a: Term, b: Term): GraphValue;
  min(a: Term, b: Term): GraphValue;
  max(a: Term, b: Term): GraphValue;
  pow(a: Term, b: Term): GraphValue;
  /** `value` within `low`..`high`. */
  clamp(value: GraphValue, low: Term, high: Term): GraphValue;
  floor(a: GraphValue): GraphValue;
  ceil(a: GraphValue): GraphValue;
  neg(a: GraphValue): GraphValue;
  less(a: Term, b: Term): GraphValue;
  lessOrEqual(a: Term, b: Term): GraphValue;
  equal(a: Term, b: Term): GraphValue;
  and(...conditions: readonly GraphValue[]): GraphValue;
  or(a: GraphValue, b: GraphValue): GraphValue;
  xor(a: GraphValue, b: GraphValue): GraphValue;
  not(a: GraphValue): GraphValue;
  where(condition: GraphValue, whenTrue: Term, whenFalse: Term): GraphValue;
}

export function arithmetic(builder: GraphBuilder): Arithmetic {
  const pair = (a: Term, b: Term): [GraphValue, GraphValue] => {
    const known = (typeof a === 'number' ? b : a) as GraphValue;
    const type = known.dtype === 'int32' ? 'int32' : 'float32';
    const value = (term: Term): GraphValue => (typeof term === 'number' ? builder.scalar(term, type) : term);
    return [value(a), value(b)];
  };
  const binary =
    (opType: string, dtype?: GraphDataType) =>
    (a: Term, b: Term): GraphValue =>
      elementwiseNode(builder, opType, pair(a, b), dtype);
  const unary =
    (opType: string) =>
    (a: GraphValue): GraphValue =>
      elementwiseNode(builder, opType, [a]);
  const min = binary('Min');
  const max = binary('Max');
  const and = binary('And');
  return {
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    mod: binary('Mod'),
    min,
    max,
    pow: binary('Pow'),
    clamp: (value, low, high) => min(max(value, low), high),
    floor: unary('Floor'),
    ceil: unary('Ceil'),
    neg: unary('Neg'),
    less: binary('Less', 'bool'),
    lessOrEqual: binary('LessOrEqual', 'bool'),
    equal: binary('Equal', 'bool'),
    and: (...conditions) => conditions.reduce((all, each) => and(all, each)),
    or: binary('Or'),
    xor: binary('Xor'),
    not: unary('Not'),
    where: (condition, whenTrue, whenFalse) => {
      const [a, b] = pair(whenTrue, whenFalse);
      return elementwiseNode(builder, 'Where', [condition, a, b], a.dtype);
    },
  };
}
