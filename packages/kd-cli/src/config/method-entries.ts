import {
  type LogitTransform,
  logitTransformCatalog,
  type MethodEntry,
  methodCatalog,
  type PlugInEntry,
  type TemperatureProvider,
  temperatureCatalog,
} from 'kd-train';

/** Options that are only known as the catalog describes them. */
export type AnyOptions = Readonly<Record<string, unknown>>;
export type AnyMethodEntry = MethodEntry<AnyOptions>;

// The catalogs by names that are not known beforehand.

export const methodEntries: Readonly<Record<string, AnyMethodEntry>> = methodCatalog as unknown as Readonly<
  Record<string, AnyMethodEntry>
>;

export const temperatureEntries: Readonly<Record<string, PlugInEntry<AnyOptions, TemperatureProvider>>> =
  temperatureCatalog as unknown as Readonly<Record<string, PlugInEntry<AnyOptions, TemperatureProvider>>>;

export const logitTransformEntries: Readonly<Record<string, PlugInEntry<AnyOptions, LogitTransform>>> =
  logitTransformCatalog as unknown as Readonly<Record<string, PlugInEntry<AnyOptions, LogitTransform>>>;
