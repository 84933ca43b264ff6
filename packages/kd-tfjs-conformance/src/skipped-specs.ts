interface SkippedSpecs {
  /** Matched against the full name of a spec. */
  readonly pattern: RegExp;
  readonly reason: string;
}

/** Specs that are not run on the backends of this SDK: they need dtypes that ONNX Runtime graphs do not have. */
const skippedSpecs: readonly SkippedSpecs[] = [];

/** Why the spec is not run; undefined for every other. */
export function skipReason(name: string): string | undefined {
  return skippedSpecs.find(({ pattern }) => pattern.test(name))?.reason;
}
