import { type Tree, treeLeaves, treePaths } from 'kd-core';
import type { CaseOutcome, ParityCase } from '../case-result.ts';
import { type Comparison, compare, failed } from '../comparison/comparison.ts';
import {
  type Fields,
  fieldsList,
  malformed,
  numberFieldOr,
  numberOf,
  optionalFields,
  stringField,
} from '../fixtures/fields.ts';
import { metricAdapters } from './adapters.ts';
import type { MetricAdapter } from './metric-adapter.ts';

/** The cases of a metric fixture; its own name chooses the adapter. */
export function metricCases(fixture: Fields, name: string): readonly ParityCase[] {
  const metric = stringField(fixture, 'name');
  const adapter = Object.hasOwn(metricAdapters, metric) ? metricAdapters[metric] : undefined;
  const absolute = numberFieldOr(optionalFields(fixture, 'tolerance'), 'abs', 1e-6);
  return fieldsList(fixture, 'cases').map((metricCase) => ({
    name: `${name}/${stringField(metricCase, 'case')}`,
    run: async (): Promise<CaseOutcome> =>
      adapter === undefined
        ? { unsupported: 'no such metric here' }
        : runMetric(adapter, metricCase, absolute),
  }));
}

function runMetric(adapter: MetricAdapter, metricCase: Fields, absolute: number): CaseOutcome {
  const expected = optionalFields(metricCase, 'expected');
  const got = adapter(metricCase);
  const names = Object.keys(expected.values);
  const offered = names.filter((name) => Object.hasOwn(got, name));
  const notOffered = names.filter((name) => !offered.includes(name));
  if (offered.length === 0)
    throw malformed(expected.where, 'something that can be compared', expected.values);
  return {
    comparisons: offered.map((name) =>
      compareTree(name, got[name]!, expected.values[name] as Tree<unknown>, absolute),
    ),
    ...(notOffered.length > 0 && { note: `not offered: ${notOffered.join(', ')}` }),
  };
}

function compareTree(quantity: string, got: Tree<number>, want: Tree<unknown>, absolute: number): Comparison {
  const [gotPaths, wantPaths] = [treePaths(got), treePaths(want)];
  if (gotPaths.join() !== wantPaths.join()) {
    return failed(quantity, `${gotPaths.length} values instead of ${wantPaths.length}`);
  }
  return compare({
    quantity,
    got: treeLeaves(got),
    want: treeLeaves(want).map((value) => numberOf(value, quantity)),
    allowed: () => absolute,
  });
}
