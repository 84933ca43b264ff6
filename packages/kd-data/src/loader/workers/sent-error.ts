import { KdError } from 'kd-core';
import type { SentError } from './protocol.ts';

/** An error as a worker sends it. */
export function sendError(error: unknown): SentError {
  const { message, stack } = error instanceof Error ? error : { message: String(error) };
  return {
    message,
    ...(stack !== undefined && { stack }),
    ...(KdError.isInstance(error) && { code: error.code }),
  };
}

/** The error that a worker sent, as it was thrown there; its `cause` has the place. */
export function receiveError({ message, code, stack }: SentError): Error {
  const cause = new Error('In a worker of the loader.');
  if (stack !== undefined) cause.stack = stack;
  return code === undefined ? new Error(message, { cause }) : new KdError(code, message, { cause });
}
