import type { OptionDescription, TapPair } from 'kd-train';
import type { MethodConfig } from './method-config.ts';
import { type AnyOptions, methodEntries } from './method-entries.ts';

/** A tap that a term of the loss names. */
export interface NamedTap {
  /** The option that names it: `pairs[1].student`. */
  readonly key: string;
  readonly network: 'student' | 'teacher';
  readonly tap: string;
}

/** The taps that a term names, given or by default; not those that are left to the networks. */
export function tapsOfTerm(term: MethodConfig): NamedTap[] {
  const given: AnyOptions = { ...term };
  return Object.entries(methodEntries[term.name]!.options).flatMap(([key, option]) =>
    tapsOfOption(key, option, given[key]),
  );
}

function tapsOfOption(key: string, option: OptionDescription, value: unknown): NamedTap[] {
  switch (option.kind) {
    case 'tap': {
      const tap = value ?? (option.place === undefined ? option.default : undefined);
      return tap === undefined ? [] : [{ key, network: option.of, tap: String(tap) }];
    }
    case 'taps':
      return ((value ?? []) as readonly string[]).map((tap, index) => ({
        key: `${key}[${index}]`,
        network: option.of,
        tap,
      }));
    case 'pairs':
      return ((value ?? []) as readonly TapPair[]).flatMap(({ student, teacher }, index) => [
        { key: `${key}[${index}].student`, network: 'student' as const, tap: student },
        { key: `${key}[${index}].teacher`, network: 'teacher' as const, tap: teacher },
      ]);
    default:
      return [];
  }
}
