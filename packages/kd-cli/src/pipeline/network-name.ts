import { isModelName } from 'kd-models';
import { UsageError } from '../cli/usage-error.ts';

/**
 * The network that a file of weights is of: what the user says, or else what the file says. Throws a usage error where neither
 * names one, and where the file names a network that is not known by its name alone.
 */
export function networkName(
  command: string,
  {
    said,
    stored,
    instead,
  }: {
    readonly said: string | undefined;
    readonly stored: string | undefined;
    /** What the user can do with weights of another network, as a sentence. */
    readonly instead: string;
  },
): string {
  if (said !== undefined) return said;
  if (stored === undefined) {
    throw new UsageError(
      `kd ${command} needs --model NAME: the file has weights, but does not say of which network. kd models lists the names.`,
    );
  }
  if (isModelName(stored)) return stored;
  throw new UsageError(
    `The weights are of '${stored}', which is no network that kd knows by name: it has widths of its own, or parts that a method added. ${instead}`,
  );
}
