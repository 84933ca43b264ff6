import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import { type ConfigValue, configurationDifferences, type Storage } from 'kd-train';
import { nodeStorage } from 'kd-train/node';
import type { Role } from '../report/report-data.ts';
import type { DemoSettings } from './settings.ts';

/** What two demonstrations must have in common for one to go on where the other stopped. */
export interface DemoIdentity {
  readonly quick: boolean;
  readonly seeds: number;
  readonly split: 'test' | 'validation';
  readonly settings: DemoSettings;
}

/** What an unfinished demonstration keeps in its output folder: its identity and the checkpoints of its trainings. */
export interface DemoCheckpoints {
  /** Those of one training. */
  of(role: Role, seed: number): Storage;
  /** Makes ready for a new demonstration; answers whether what was left of another one had to be removed. */
  begin(identity: DemoIdentity): Promise<boolean>;
  /** Throws `CHECKPOINT` unless a demonstration of this identity was left unfinished. */
  requireSame(identity: DemoIdentity): Promise<void>;
  /** Removes everything, once the demonstration has finished. */
  remove(): Promise<void>;
}

const identityFile = 'demo.json';

/** Those in the output folder `output`, in a folder of their own. Every failure of the file system is `STORAGE`. */
export function demoCheckpoints(output: string): DemoCheckpoints {
  const path = join(output, 'demo-checkpoints');
  const top = nodeStorage(path);
  const remove = async (): Promise<void> => {
    try {
      await rm(path, { recursive: true, force: true });
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new KdError('STORAGE', `${path} cannot be removed (${code}). Remove it by hand.`, { cause });
    }
  };
  return {
    of: (role, seed) => nodeStorage(join(path, `${role}-${seed}`)),
    async begin(identity) {
      const isLeft = (await top.read(identityFile)) !== undefined;
      await remove();
      await top.write(identityFile, new TextEncoder().encode(JSON.stringify(identity, null, 2)));
      return isLeft;
    },
    async requireSame(identity) {
      const bytes = await top.read(identityFile);
      if (bytes === undefined) {
        throw new KdError(
          'CHECKPOINT',
          `There is no interrupted demonstration to resume in ${output}. Start one without --resume.`,
        );
      }
      const differences = differencesOf(parse(bytes, join(path, identityFile)), identity);
      if (differences.length === 0) return;
      throw new KdError(
        'CHECKPOINT',
        `The interrupted demonstration in ${output} is another one: ${differences.join('; ')}. Resume it with its own settings, or start anew without --resume.`,
        { details: { differences } },
      );
    },
    remove,
  };
}

function parse(bytes: Uint8Array, path: string): ConfigValue {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as ConfigValue;
  } catch (cause) {
    throw new KdError('CHECKPOINT', `${path} is damaged. Start anew without --resume.`, { cause });
  }
}

function differencesOf(before: ConfigValue, identity: DemoIdentity): string[] {
  const now = JSON.parse(JSON.stringify(identity)) as ConfigValue;
  const differences = configurationDifferences(before, now);
  const options = differences.filter((difference) => !difference.startsWith('settings/'));
  // Other options bring other settings along, and say it all.
  return options.length > 0 ? options : differences;
}
