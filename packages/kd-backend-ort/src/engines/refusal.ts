import { KdError } from 'kd-core';

/** How ONNX Runtime names the operator that a provider has no kernel for, or that it does not know at all. */
const OPERATOR = /(?:implementation for |Fatal error: )(?:[\w.]+:)?(\w+)\(/;

/** The typed error for a model that the engine does not load; `details.operator` where an operator is the reason. */
export function refusal(cause: unknown, engine: string, name: string | undefined): KdError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const subject = name === undefined ? 'the model' : `the graph of '${name}'`;
  const operator = OPERATOR.exec(reason)?.[1];
  const message =
    operator === undefined
      ? `${engine} refuses ${subject}: ${reason}`
      : `${engine} has no operator '${operator}' as ${subject} needs it: ${reason}. Use another backend for it.`;
  return new KdError('UNSUPPORTED', message, {
    cause,
    details: { engine, ...(operator !== undefined && { operator }) },
  });
}
