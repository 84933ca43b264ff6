import { readFile } from 'node:fs/promises';
import { type Backend, KdError } from 'kd-core';
import { type CaseResult, type ParityCase, runCase } from './case-result.ts';
import { fieldsOf, stringField } from './fixtures/fields.ts';
import { type FixtureFile, findFixtures } from './fixtures/find-fixtures.ts';
import { readWeights } from './fixtures/read-weights.ts';
import { lossCases } from './losses/loss-fixture.ts';
import { metricCases } from './metrics/metric-fixture.ts';
import { modelCases } from './models/model-fixture.ts';
import { paramCountCases } from './models/param-counts.ts';
import { compareTrajectory } from './trajectory/trajectory-fixture.ts';

export interface ParityOptions {
  readonly backend: Backend;
  /** A folder laid out as the golden files are: losses/, models/, trajectory/, metrics/. */
  readonly folder: string;
  /** Runs only the cases of this name: whole parts of it where there are such (`kd`, `losses/kd`), else any part. */
  readonly filter?: string;
}

/**
 * Runs every case of every fixture and gives the results as they come. A fixture that cannot be read is one failed
 * case. Throws `STORAGE` when the folder holds no fixtures.
 */
export async function* runParity({ backend, folder, filter }: ParityOptions): AsyncGenerator<CaseResult> {
  const files = await findFixtures(folder);
  const cases = (await Promise.all(files.map((file) => casesOf(backend, file)))).flat();
  for (const parityCase of filter === undefined ? cases : choose(cases, filter)) {
    yield await runCase(parityCase);
  }
}

function choose(cases: readonly ParityCase[], filter: string): readonly ParityCase[] {
  const exact = cases.filter(({ name }) => `/${name}/`.includes(`/${filter}/`));
  return exact.length > 0 ? exact : cases.filter(({ name }) => name.includes(filter));
}

/** The cases of a file; if it cannot be read, one case that fails and says why. */
async function casesOf(backend: Backend, file: FixtureFile): Promise<readonly ParityCase[]> {
  try {
    return await readCases(backend, file);
  } catch (error) {
    return [{ name: file.name, run: () => Promise.reject(error) }];
  }
}

async function readCases(
  backend: Backend,
  { name, folder, path }: FixtureFile,
): Promise<readonly ParityCase[]> {
  const fixture = fieldsOf(parseJson(await readFile(path, 'utf8')), 'fixture');
  const kind = stringField(fixture, 'kind');
  switch (kind) {
    case 'loss':
      return lossCases(backend, fixture, name);
    case 'model':
      return modelCases(backend, fixture, name, folder);
    case 'param-counts':
      return paramCountCases(fixture, name);
    case 'trajectory':
      return [{ name, run: () => compareTrajectory(backend, fixture, (file) => readWeights(folder, file)) }];
    case 'metric':
      return metricCases(fixture, name);
    default:
      return [{ name, run: async () => ({ unsupported: `no fixtures of the kind '${kind}' here` }) }];
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new KdError('PARSE', `not JSON: ${(error as Error).message}`, { cause: error });
  }
}
