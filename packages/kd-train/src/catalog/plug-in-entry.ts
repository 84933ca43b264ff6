import type { Citation, Confidence, OptionDescription } from './method-entry.ts';

/** A plug-in of methods as it is known by name: `{ name: 'curriculum', ...options }` in a configuration. */
export interface PlugInEntry<Options, PlugIn> {
  readonly title: string;
  /** What it does, in one sentence without the full stop. */
  readonly idea: string;
  readonly confidence: Confidence;
  readonly citation: Citation;
  readonly options: { readonly [Name in keyof Required<Options>]: OptionDescription };
  create(options: Options): PlugIn;
}

/** Plug-ins by name. */
export type PlugInCatalog<OptionsByName, PlugIn> = {
  readonly [Name in keyof OptionsByName]: PlugInEntry<OptionsByName[Name], PlugIn>;
};
