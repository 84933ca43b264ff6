import { createModel, isModelName, type NetworkModel } from 'kd-models';
import type { CaseOutcome, ParityCase } from '../case-result.ts';
import { type Comparison, compare, failed } from '../comparison/comparison.ts';
import {
  type Fields,
  fieldsOf,
  listField,
  numberField,
  numberOf,
  numbersField,
  optionalFields,
} from '../fixtures/fields.ts';
import { referenceTaps } from './reference-taps.ts';
import { registryName } from './registry-name.ts';

/** One case a network of the table of parameter counts. */
export function paramCountCases(fixture: Fields, name: string): readonly ParityCase[] {
  return ['models', 'face'].flatMap((group) => {
    const table = optionalFields(fixture, group);
    return Object.entries(table.values).map(([network, value]) => ({
      name: `${name}/${network}`,
      run: async () => runCounts(network, fieldsOf(value, `${table.where}.${network}`)),
    }));
  });
}

/** What is absent of a network's row is not compared: those of face networks have no taps and no classes. */
function runCounts(network: string, want: Fields): CaseOutcome {
  const [, channels, height, width] = numbersField(want, 'input') as [number, number, number, number];
  const name = registryName(network);
  if (!isModelName(name)) return { unsupported: 'no such network here' };
  const model = createModel(name, {
    ...(want.values.classes !== undefined && { classes: numberField(want, 'classes') }),
    inputShape: [height, width, channels],
  });
  const { parameters, frozenParameters, stateElements, macs } = model.summary();
  const number = (quantity: string, got: number, key: string): readonly Comparison[] =>
    want.values[key] === undefined ? [] : [exactly(quantity, [got], [numberField(want, key)])];
  const outputKey = want.values.output === undefined ? 'logits' : 'output';
  return {
    comparisons: [
      exactly('parameters', [parameters + frozenParameters], [numberField(want, 'params_total')]),
      ...number('trained parameters', parameters, 'params_trainable'),
      ...number('state elements', stateElements, 'buffers_float'),
      exactly('MACs', [macs], [numberField(want, 'macs')]),
      ...(want.values[outputKey] === undefined
        ? []
        : [exactly('shape of the output', [1, model.classes], numbersField(want, outputKey))]),
      ...compareTapShapes(model, want, 'taps'),
      ...compareTapShapes(model, want, 'taps_preact'),
    ],
  };
}

function compareTapShapes(
  model: NetworkModel,
  want: Fields,
  key: 'taps' | 'taps_preact',
): readonly Comparison[] {
  if (want.values[key] === undefined) return [];
  const { taps, preactivationTaps } = referenceTaps(model);
  const names = key === 'taps' ? taps : preactivationTaps;
  const wanted = listField(want, key);
  if (wanted.length !== names.length) {
    return [failed(key, `${names.length} taps instead of ${wanted.length}`)];
  }
  const shapes = model.summary().taps;
  return wanted.map((value, index) => {
    const name = names[index]!;
    const expected = (value as readonly unknown[]).map((size) =>
      numberOf(size, `${want.where}.${key}[${index}]`),
    );
    const shape = shapes[name]!;
    const [height, width, channels] = shape;
    const reference = shape.length === 3 ? [1, channels!, height!, width!] : [1, ...shape];
    return exactly(`shape of tap ${name}`, reference, expected);
  });
}

function exactly(quantity: string, got: readonly number[], want: readonly number[]): Comparison {
  return compare({ quantity, got, want, allowed: () => 0 });
}
