import type { HintPoints } from 'kd-train';
import type { Colors } from '../cli/host.ts';
import { table } from '../text/table.ts';

/** Clusters in a table, one a line. */
export function describeHintPoints({ teacher, clusters, taps, samples }: HintPoints, colors: Colors): string {
  const rows = clusters.map(({ center, members }) => [center, members.join(', ')]);
  return [
    `${colors.bold(teacher.name)}, layers compared on ${samples.toLocaleString('en')} samples`,
    '',
    table([['Hint point', 'stands for'], ...rows], colors, { left: 2 }),
    '',
    `Hint points: ${taps.join(', ')}`,
  ].join('\n');
}
