import { KdError, requireArgument } from 'kd-core';

/** A function as data: the name of what makes it, and what that was given. */
interface Spec {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * What the maker named in `spec` makes of its options. Makers check values themselves; a spec that they give has every option,
 * those with default values too. `kind` is for messages.
 * Throws `INVALID_ARGUMENT` for what is no spec, for a name that is none and for options that are none.
 */
export function buildFromSpec<Made extends { readonly spec?: Spec }>(
  kind: string,
  makers: Readonly<Record<string, (options: never) => Made>>,
  spec: Spec,
): Made {
  requireArgument(
    isRecord(spec) && isRecord(spec.options),
    () => `A ${kind} spec must have a name and an object of options, got ${JSON.stringify(spec)}.`,
  );
  const { name, options } = spec;
  if (!Object.hasOwn(makers, name)) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `There is no ${kind} '${name}'. There are ${Object.keys(makers).join(', ')}.`,
    );
  }
  const made = makers[name]!(options as never);
  const known = Object.keys(made.spec?.options ?? {});
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  requireArgument(
    unknown === undefined,
    () => `The ${kind} '${name}' has no option '${unknown}'. Its options are ${known.join(', ')}.`,
  );
  return made;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
