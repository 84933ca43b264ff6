import { resolve } from 'node:path';
import { KdError } from 'kd-core';
import { type DatasetEntry, datasetCatalog } from 'kd-data';
import { dataFolder, type GotDataset, getDataset } from 'kd-data/node';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf, type Host } from '../cli/host.ts';
import { type ParsedOptions, switchOption, textOption } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';
import { getProgress } from '../data/get-progress.ts';
import { describeDatasets, listDatasets } from '../data/list-datasets.ts';
import { listenForInterrupt } from '../pipeline/interrupt.ts';
import { displayPath } from '../text/display-path.ts';
import { didYouMean } from '../text/nearest.ts';
import { shellQuote } from '../text/shell-quote.ts';

const actions = ['list', 'get'] as const;
const getOptions = ['from', 'link', 'mirror', 'form', 'parts', 'keep-archives'] as const;

/**
 * `kd data list` shows the data sets of a catalogue and where they are; `kd data get NAME` puts one into the folder of data
 * sets, fetched or from files on disk.
 */
export function dataCommandOf(catalog: readonly DatasetEntry[]): RunCommand {
  return async ({ positional, options }, host) => {
    const action = actionOf(positional[0]!);
    const [, name] = positional;
    const to = textOption(options, 'to');
    const root = to === undefined ? dataFolder({ env: host.env, cwd: host.cwd }) : resolve(host.cwd, to);
    if (action === 'list') {
      refuseForList(name, options);
      const listed = listDatasets(catalog, root);
      const text = switchOption(options, 'json')
        ? JSON.stringify(listed, null, 2)
        : describeDatasets(listed, { root, cwd: host.cwd, colors: colorsOf(host, 'stdout') });
      host.stdout.write(`${text}\n`);
      return exitCode.ok;
    }
    if (switchOption(options, 'json')) throw new UsageError('--json is for kd data list.');
    const entry = entryOf(catalog, name);
    const got = await get(entry, { root, to, options, host });
    host.stdout.write(describeGot(entry, got, { root, host }));
    return exitCode.ok;
  };
}

/** `kd data` with the catalogue of `kd-data`. */
export const dataCommand: RunCommand = dataCommandOf(datasetCatalog);

function actionOf(word: string): (typeof actions)[number] {
  const action = actions.find((each) => each === word);
  if (action !== undefined) return action;
  throw new UsageError(`kd data does 'list' or 'get', not '${word}'.${didYouMean(word, actions)}`);
}

function refuseForList(name: string | undefined, options: ParsedOptions): void {
  if (name !== undefined) throw new UsageError(`kd data list takes no name, got '${name}'.`);
  const stray = getOptions.find((option) => options[option === 'keep-archives' ? 'keepArchives' : option]);
  if (stray !== undefined) throw new UsageError(`--${stray} is for kd data get.`);
}

function entryOf(catalog: readonly DatasetEntry[], name: string | undefined): DatasetEntry {
  if (name === undefined)
    throw new UsageError('kd data get needs the name of a data set. kd data list has them.');
  const entry = catalog.find((each) => each.name === name);
  if (entry !== undefined) return entry;
  const names = catalog.map((each) => each.name);
  throw new UsageError(`There is no data set '${name}'.${didYouMean(name, names)} kd data list has them.`);
}

async function get(
  entry: DatasetEntry,
  {
    root,
    to,
    options,
    host,
  }: {
    readonly root: string;
    readonly to: string | undefined;
    readonly options: ParsedOptions;
    readonly host: Host;
  },
): Promise<GotDataset> {
  const from = textOption(options, 'from');
  const mirror = textOption(options, 'mirror');
  const form = textOption(options, 'form');
  const parts = textOption(options, 'parts');
  const link = switchOption(options, 'link');
  const keepArchives = switchOption(options, 'keep-archives');
  if (from !== undefined && mirror !== undefined) {
    throw new UsageError('--from takes files on disk and --mirror fetches them: give one of the two.');
  }
  if (link && from === undefined) throw new UsageError('--link links to the files of --from: give both.');
  const given = Object.entries({ to, from, mirror, form, parts }).flatMap(([key, value]) =>
    value === undefined ? [] : [`--${key}`, shellQuote(value)],
  );
  const words = [...given, ...(link ? ['--link'] : []), ...(keepArchives ? ['--keep-archives'] : [])];
  const progress = getProgress(host);
  const interrupt = listenForInterrupt(host, {
    saved: displayPath(root, host.cwd),
    again: host.commandLine('data', ['get', entry.name, ...words]),
  });
  try {
    return await getDataset({
      dataset: entry,
      root,
      form,
      parts: parts?.split(','),
      from: from === undefined ? undefined : resolve(host.cwd, from),
      link,
      mirror,
      keepArchives,
      onProgress: progress.onProgress,
      signal: interrupt.signal,
    });
  } catch (error) {
    progress.stop();
    interrupt.throwIfAborted();
    if (!KdError.isInstance(error) || error.code !== 'DOWNLOAD') throw error;
    const bring = host.commandLine('data', ['get', entry.name, '--from', 'PATH']);
    throw new KdError('DOWNLOAD', `${error.message} It is taken from there by\n  ${bring}`, {
      details: error.details,
      cause: error,
    });
  } finally {
    progress.stop();
    interrupt.stop();
  }
}

function describeGot(
  { title, name, licence, attribution }: DatasetEntry,
  { folder, by, parts, wasThere }: GotDataset,
  { root, host }: { readonly root: string; readonly host: Host },
): string {
  const isDefault = root === dataFolder({ env: host.env, cwd: host.cwd });
  const place =
    folder === undefined
      ? `${title} comes with kd-data.`
      : `${title} is ${wasThere ? 'already ' : ''}in ${displayPath(folder, host.cwd)}${by === undefined ? '' : `, where ${by} has put it`} (${parts.join(', ')}).`;
  const found =
    folder === undefined || by !== undefined || isDefault
      ? `In a configuration: "dataset": { "name": "${name}" }`
      : `In a configuration, name this folder; or set KD_DATA to ${displayPath(root, host.cwd)}, and the name alone will do.`;
  return `${place}\n${found}\nLicence: ${licence}\nAttribution: ${attribution}\n`;
}
