import type {
  LogitTransform,
  LogitTransformOptions,
  MethodName,
  MethodOptions,
  Schedule,
  TapPair,
  TemperatureOptions,
  TemperatureProvider,
} from 'kd-train';
import type { ScheduleConfig } from './schedule-config.ts';

/** A term of the loss: a method by its name, its options, and its weight in the sum. `kd methods NAME` explains both. */
export type MethodConfig = {
  [Name in MethodName]: Named<Name> & {
    /** Default 1. */
    weight?: ScheduleConfig;
  } & OptionsConfig<MethodOptions[Name]>;
}[MethodName];

/** A temperature that is more than a number or a schedule. */
export type TemperatureConfig = PlugInConfig<TemperatureOptions>;

/** What is done to the logits of both networks before they are compared. */
export type LogitTransformConfig = PlugInConfig<LogitTransformOptions>;

type PlugInConfig<OptionsByName> = {
  [Name in keyof OptionsByName]: Named<Name> & OptionsConfig<OptionsByName[Name]>;
}[keyof OptionsByName];

interface Named<Name> {
  name: Name;
}

/** Options of a method as data. Taps may be left out: the networks at hand say which they are. */
type OptionsConfig<Options> = Options extends unknown
  ? {
      -readonly [Key in keyof Options as IsTap<Options[Key]> extends true ? never : Key]: OptionConfig<
        Options[Key]
      >;
    } & {
      -readonly [Key in keyof Options as IsTap<Options[Key]> extends true ? Key : never]?: OptionConfig<
        Options[Key]
      >;
    }
  : never;

/** Names of taps are free text, a list of it, or pairs; other texts are choices. */
type IsTap<Value> = [NonNullable<Value>] extends [readonly TapPair[] | readonly string[]]
  ? true
  : string extends Value
    ? true
    : false;

type OptionConfig<Value> = Value extends TemperatureProvider
  ? TemperatureConfig
  : Value extends LogitTransform
    ? LogitTransformConfig
    : Value extends Schedule
      ? ScheduleConfig
      : Value;
