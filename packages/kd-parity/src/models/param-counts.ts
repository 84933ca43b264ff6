import { createModel, isModelName, type NetworkModel } from 'kd-models';
import type { CaseOutcome, ParityCase } from '../case-result.ts';
import { type Comparison, compare } from '../comparison/comparison.ts';
import {
  type Fields,
  fieldsOf,
  listField,
  numberField,
  numberOf,
  numbersField,
  optionalFields,
} from '../fixtures/fields.ts';

/** One case a network of the table of parameter counts; the names of the reference are those of the registry, up to their hyphens. */
export function paramCountCases(fixture: Fields, name: string): readonly ParityCase[] {
  return ['models', 'face'].flatMap((group) => {
    const table = optionalFields(fixture, group);
    return Object.entries(table.values).map(([network, value]) => ({
      name: `${name}/${network}`,
      run: async () => runCounts(network, fieldsOf(value, `${table.where}.${network}`)),
    }));
  });
}

function runCounts(network: string, want: Fields): CaseOutcome {
  const [, channels, height, width] = numbersField(want, 'input') as [number, number, number, number];
  const name = network.replaceAll('_', '-');
  if (!isModelName(name)) return { unsupported: 'no such network here' };
  const model = createModel(name, {
    classes: numberField(want, 'classes'),
    inputShape: [height, width, channels],
  });
  const { parameters, stateElements, macs } = model.summary();
  return {
    comparisons: [
      exactly('parameters', [parameters], [numberField(want, 'params_total')]),
      exactly('state elements', [stateElements], [numberField(want, 'buffers_float')]),
      exactly('MACs', [macs], [numberField(want, 'macs')]),
      ...compareTapShapes(model, want),
    ],
  };
}

/** The reference's taps are, in order, the stem, the stages and the pooled features. */
function compareTapShapes(model: NetworkModel, want: Fields): readonly Comparison[] {
  const shapes = Object.entries(model.summary().taps).filter(([tap]) => !tap.includes('.'));
  return listField(want, 'taps').map((value, index) => {
    const [tap, shape] = shapes[index] ?? ['missing', []];
    const expected = (value as readonly unknown[]).map((size) =>
      numberOf(size, `${want.where}.taps[${index}]`),
    );
    const [height, width, channels] = shape;
    const reference = shape.length === 3 ? [1, channels!, height!, width!] : [1, ...shape];
    return exactly(`shape of tap ${tap}`, reference, expected);
  });
}

function exactly(quantity: string, got: readonly number[], want: readonly number[]): Comparison {
  return compare({ quantity, got, want, allowed: () => 0 });
}
