import type { Method } from '../methods/method.ts';
import type { TapSeries } from '../methods/tap-series.ts';

/** Which numbers an option takes; every bound is optional. */
export interface NumberRange {
  readonly minimum?: number;
  /** Excluded. */
  readonly above?: number;
  readonly maximum?: number;
  /** Excluded. */
  readonly below?: number;
}

/** What an option takes, as data, so that a configuration file can be checked and explained by it. */
export type OptionKind =
  | ({ readonly kind: 'number' | 'integer' } & NumberRange)
  /** A number, or a schedule of it. */
  | ({ readonly kind: 'schedule' } & NumberRange)
  /** A number above 0, a schedule of it, or a temperature provider. */
  | { readonly kind: 'temperature' }
  | { readonly kind: 'logitTransform' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** The name of a tap; where it is left out, `place` says which one it is in the networks at hand. */
  | { readonly kind: 'tap'; readonly of: 'student' | 'teacher'; readonly place?: 'last stage' | 'last map' }
  /** Names of taps; where they are left out, all of `series`. */
  | { readonly kind: 'taps'; readonly of: 'student' | 'teacher'; readonly series: TapSeries }
  /** A list of `{ student, teacher }` taps; where it is left out, all of `series`, in order. */
  | { readonly kind: 'pairs'; readonly series: TapSeries }
  | ({ readonly kind: 'numbers' } & NumberRange);

export type OptionDescription = OptionKind & {
  /** As a user would write it; absent where the option must be given. Text for what depends on the networks. */
  readonly default?: number | string | boolean | readonly number[];
  /** What it does, in one sentence without the full stop. */
  readonly about: string;
  /** Where the default comes from: `paper`, `reference code`, or what else. */
  readonly from?: string;
};

export type Confidence =
  /** Equal to released code, by its values and gradients. */
  | 'reference code'
  /** Built from the text of the paper. */
  | 'paper'
  /** Neither code nor the full text could be had: what is known, and the rest as it is most likely meant. */
  | 'reconstructed';

export interface Citation {
  readonly authors: string;
  readonly title: string;
  /** Where it appeared, or `arXiv`. */
  readonly venue: string;
  readonly year: number;
  readonly link: string;
}

export interface MethodFacts {
  /** `Decoupled knowledge distillation`. */
  readonly title: string;
  readonly family: 'labels' | 'logits' | 'features' | 'relations' | 'contrast' | 'self-distillation';
  /** What the student learns, in one sentence. */
  readonly idea: string;
  readonly confidence: Confidence;
  readonly citation: Citation;
  /** The weight that the sources give to it beside the labels; absent where it brings the labels along. */
  readonly usualWeight?: number;
}

/** A method as it is known by name: to configuration files, to lists and to tables. */
export interface MethodEntry<Options> extends MethodFacts {
  readonly options: { readonly [Name in keyof Required<Options>]: OptionDescription };
  create(options: Options): Method;
}

/** Methods by name. */
export type MethodCatalog<OptionsByName> = {
  readonly [Name in keyof OptionsByName]: MethodEntry<OptionsByName[Name]>;
};
