const marker = Symbol.for('kd-sdk.error');

/** Stable identifiers of everything that can go wrong; match on these, never on a message. */
export type KdErrorCode =
  | 'INVALID_ARGUMENT'
  | 'SHAPE_MISMATCH'
  | 'UNSUPPORTED'
  | 'BACKEND_UNAVAILABLE'
  | 'TRACE_IMPURE'
  | 'TRACE_UNSUPPORTED_KERNEL'
  | 'PARSE'
  | 'CONFIG'
  | 'STORAGE'
  | 'DOWNLOAD'
  | 'CHECKPOINT'
  | 'NON_FINITE'
  | 'INTERRUPTED'
  | 'WORKER'
  | 'VERIFICATION';

/**
 * The one error class of the SDK. `message` says what was expected, what was found and the way out;
 * `details` holds the same facts as data.
 */
export class KdError extends Error {
  override readonly name: string = 'KdError';
  readonly code: KdErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: KdErrorCode,
    message: string,
    options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    Object.defineProperty(this, marker, { value: true });
  }

  /** True for a `KdError` of any copy of this package, unlike `instanceof`. */
  static isInstance(error: unknown): error is KdError {
    return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[marker] === true;
  }
}

/** Throws `INVALID_ARGUMENT` with `message` unless `condition` holds. */
export function requireArgument(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new KdError('INVALID_ARGUMENT', message());
}
