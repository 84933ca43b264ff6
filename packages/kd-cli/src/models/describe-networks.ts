import type { Colors } from '../cli/host.ts';
import { bytes, quantity } from '../text/format-number.ts';
import { table } from '../text/table.ts';
import type { NetworkFacts, RefusedNetwork } from './network-facts.ts';

/** Networks in a table, one a line. */
export function describeNetworks(
  networks: readonly NetworkFacts[],
  refused: readonly RefusedNetwork[],
  colors: Colors,
): string {
  const heading = ['Network', 'family', 'input', 'outputs', 'parameters', 'MACs', 'activations', 'taps'];
  const rows = networks.map((network) => [
    network.name,
    network.family,
    network.inputShape.join('x'),
    String(network.outputs),
    quantity(network.parameters + network.frozenParameters),
    quantity(network.macs),
    bytes(network.activationBytes),
    String(Object.keys(network.taps).length),
  ]);
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of refused) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  const absent = [...byReason].map(
    ([reason, names]) => `${colors.yellow('Not for that size:')} ${names.join(', ')}. ${reason}`,
  );
  return [...(rows.length === 0 ? [] : [table([heading, ...rows], colors)]), ...absent].join('\n');
}

/** One network with its taps. */
export function describeNetwork(network: NetworkFacts, colors: Colors): string {
  const { name, family, inputShape, outputs, parameters, frozenParameters, taps, weights } = network;
  const frozen =
    frozenParameters === 0 ? '' : ` and ${frozenParameters.toLocaleString('en')} that are not trained`;
  const facts = [
    ['Family', family],
    ['Input', `${inputShape.join('x')} (height, width, channels)`],
    ['Outputs', String(outputs)],
    ['Parameters', `${parameters.toLocaleString('en')}${frozen}`],
    ['MACs', `${quantity(network.macs)} an image`],
    ['Activations', `${bytes(network.activationBytes)} an image, all layers, float32`],
    ['Reads weights of', weights.length === 0 ? 'kd only' : ['kd', ...weights].join(', ')],
  ] as const;
  const rows = Object.entries(taps).map(([tap, shape]) => [
    tap,
    shape.join('x'),
    relationToActivation(tap, taps),
  ]);
  return [
    colors.bold(name),
    ...facts.map(([label, value]) => `${label.padEnd(16)}  ${value}`),
    '',
    table([['Tap', 'shape', 'activation'], ...rows], colors),
  ].join('\n');
}

function relationToActivation(tap: string, taps: NetworkFacts['taps']): string {
  if (tap.endsWith('.preactivation')) return 'before';
  return `${tap}.preactivation` in taps ? 'after' : '';
}
