import { KdError } from 'kd-core';

/** How ONNX Runtime names the operator that a provider has no kernel for, or that it does not know at all. */
const OPERATOR =
  /(?:implementation for (?:[\w.]+:)?|Fatal error: (?:[\w.]+:)?|No Op registered for |of operator \()(\w+)/;

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

/** How ONNX Runtime names the operator that failed while a graph ran. */
const FAILED_OPERATOR = /while running (\w+) node/;

/** The typed error for a loaded model that fails at an operator; anything else is given back as it is. */
export function runFailure(cause: unknown, engine: string, name: string): unknown {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const operator = FAILED_OPERATOR.exec(reason)?.[1];
  if (operator === undefined) return cause;
  return new KdError(
    'UNSUPPORTED',
    `${engine} fails at the operator '${operator}' of '${name}': ${reason.trim()} Use another backend for it.`,
    { cause, details: { engine, operator } },
  );
}
