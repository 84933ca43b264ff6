import type { TensorInfo } from '@tensorflow/tfjs-core';
import { KdError, type KdErrorCode } from 'kd-core';
import { type CallSite, callSiteOf, callTraced, currentCallSite } from './call-site.ts';

/**
 * Watches over one trace: what would not be the same at every run of the program is refused, naming the op and the line
 * that did it. The first violation is remembered, so that a program which catches errors is refused all the same.
 */
export class PurityGuard {
  readonly #name: string;
  #violation: KdError | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** What `program` returns. Throws the first violation, or else the error of the program in the words of this SDK. */
  watch<R>(program: () => R): R {
    const { random } = Math;
    const { stackTraceLimit } = Error;
    // tfjs draws its unseeded random numbers from here.
    Math.random = () => {
      throw this.#refuse(
        currentCallSite(),
        'draws random numbers, which would be the same at every run. Draw them outside with a PRNG key and pass them as an argument.',
        'Math.random',
      );
    };
    // A program with nested functions and gradients is deeper than the ten frames of an ordinary stack trace.
    Error.stackTraceLimit = Number.POSITIVE_INFINITY;
    let result: R;
    try {
      result = callTraced(program);
    } catch (error) {
      throw this.#violation ?? this.#translate(error);
    } finally {
      Math.random = random;
      Error.stackTraceLimit = stackTraceLimit;
    }
    if (result instanceof Promise) {
      // It may fail once the trace is over, and nobody else listens.
      result.catch(() => undefined);
      throw (
        this.#violation ??
        new KdError(
          'TRACE_IMPURE',
          `The traced function '${this.#name}' is asynchronous. Return tensors, not a promise.`,
        )
      );
    }
    if (this.#violation !== undefined) throw this.#violation;
    return result;
  }

  /** The program asks for the values of a tensor. */
  readsTensor(): KdError {
    return this.#refuse(
      currentCallSite(),
      `reads a tensor back. Its values do not exist while '${this.#name}' is recorded: return the tensor instead and download it.`,
      'dataSync',
    );
  }

  /** The program uses a tensor that stands for nothing in this trace. */
  usesTensor(
    { shape, dtype }: Pick<TensorInfo, 'shape' | 'dtype'>,
    origin: { readonly outside: boolean; readonly disposed: boolean },
  ): KdError {
    const tensor = `a ${dtype} tensor of shape [${shape.join(', ')}]`;
    const found = origin.outside
      ? `made outside of '${this.#name}'${origin.disposed ? ' and disposed since' : ''}. Pass it as an argument, or make it inside the function from host data if it never changes.`
      : `that '${this.#name}' has disposed. Dispose of tensors after their last use, or leave it to the end of the function.`;
    return this.#refuse(currentCallSite(), `uses ${tensor} ${found}`);
  }

  /** The program returns a tensor that stands for nothing in this trace. */
  returnsTensor(path: string, { shape, dtype }: Pick<TensorInfo, 'shape' | 'dtype'>): KdError {
    return this.#remember(
      new KdError(
        'TRACE_IMPURE',
        `'${this.#name}' returns at '${path}' a ${dtype} tensor of shape [${shape.join(', ')}] made outside of it, or disposed. Return what the function computes from its arguments.`,
      ),
    );
  }

  /** The program makes a tfjs variable or assigns to one. */
  changesVariable(): KdError {
    return this.#refuse(
      currentCallSite(),
      `changes a tfjs variable, which would happen while '${this.#name}' is recorded and never again. Take the old value as an argument and return the new one.`,
    );
  }

  /** What cannot be recorded, with the call in front of it. */
  locate(error: KdError, kernel?: string): KdError {
    const site = currentCallSite();
    const subject = describe(site, kernel === undefined ? 'An op' : `The kernel '${kernel}'`);
    return new KdError(error.code, `${subject} cannot be recorded: ${error.message}`, {
      details: { ...error.details, ...site, ...(kernel === undefined ? {} : { kernel }) },
      cause: error,
    });
  }

  #refuse(site: CallSite, what: string, fallback?: string): KdError {
    const op = site.op ?? fallback;
    return this.#remember(
      new KdError('TRACE_IMPURE', `${describe({ ...site, op }, 'An op')} ${what}`, {
        details: { ...site, op },
      }),
    );
  }

  #remember(error: KdError): KdError {
    this.#violation ??= error;
    return error;
  }

  /** Errors of tfjs that have to do with recording. */
  #translate(error: unknown): unknown {
    const { message, stack } = (error ?? {}) as Partial<Error>;
    const because = (code: KdErrorCode, subject: string, what: string, kernel?: string): KdError => {
      const site = callSiteOf(stack);
      const details = { ...site, ...(kernel === undefined ? {} : { kernel }) };
      return new KdError(code, `${describe(site, subject)} ${what}`, { details, cause: error });
    };
    if (message === 'Tensor is disposed.') {
      return because(
        'TRACE_IMPURE',
        'An op',
        `uses a tensor that has been disposed. Pass tensors to '${this.#name}' as arguments, and dispose of none before its last use.`,
      );
    }
    const kernel = /[Kk]ernel '([^']+)' not registered for backend/.exec(String(message))?.[1];
    if (kernel === undefined) return error;
    return because(
      'TRACE_UNSUPPORTED_KERNEL',
      'An op',
      `needs the tfjs kernel '${kernel}', which cannot be recorded: it has no ONNX lowering. Express the computation with other ops, or run it on an eager backend.`,
      kernel,
    );
  }
}

function describe({ op, at }: CallSite, otherwise: string): string {
  const subject = op === undefined ? otherwise : `'${op}'`;
  return at === undefined ? subject : `${subject} at ${at}`;
}
