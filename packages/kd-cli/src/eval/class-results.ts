import { type ClassMetrics, classMetrics, type HostTensor } from 'kd-core';
import type { Colors } from '../cli/host.ts';
import { percent } from '../text/format-number.ts';
import { table } from '../text/table.ts';

/** How a network does on each class. */
export interface ClassResults {
  /** In the order of labels. `accuracy` is null for a class without samples, `precision` for one that was never predicted. */
  readonly classes: readonly (ClassMetrics & { readonly name: string })[];
  /** Samples by label (rows) and prediction (columns). */
  readonly confusion: readonly (readonly number[])[];
}

export function classResults(confusion: HostTensor, names: readonly string[]): ClassResults {
  const { length } = names;
  return {
    classes: classMetrics(confusion).map((metrics, index) => ({ name: names[index]!, ...metrics })),
    confusion: names.map((_, label) => [...confusion.data.subarray(label * length, (label + 1) * length)]),
  };
}

/** A line a class, those that are recognised worst first. */
export function describeClasses({ classes, confusion }: ClassResults, colors: Colors): string {
  const order = classes
    .map((_, index) => index)
    .filter((index) => classes[index]!.count > 0)
    .sort((a, b) => classes[a]!.accuracy - classes[b]!.accuracy);
  const rows = order.map((index) => {
    const { name, count, accuracy, precision } = classes[index]!;
    return [name, mistakenFor(index), String(count), percent(accuracy, 1), percent(precision, 1)];
  });
  function mistakenFor(index: number): string {
    const others = confusion[index]!.map((count, other) => ({ count: other === index ? 0 : count, other }));
    const most = others.reduce((a, b) => (b.count > a.count ? b : a));
    return most.count === 0 ? '' : `${classes[most.other]!.name} (${most.count})`;
  }
  const header = ['Class', 'Most often taken for', 'Samples', 'Accuracy, %', 'Precision, %'];
  return table([header, ...rows], colors, { left: 2 });
}
