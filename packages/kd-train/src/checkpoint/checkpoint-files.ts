import type { StageName } from './checkpoint.ts';

/** What names begin with, the last stage first. */
const PREFIXES = { main: 'checkpoint', 'warm-up': 'warm-up' } as const;
const FILE = /^((?:checkpoint|warm-up)-\d{10})\.(json|safetensors)$/;
const ASIDE = '.damaged';

/** The name of the checkpoint after `step` updates of a stage, `main` by default; those of a stage sort by step. */
export function checkpointName(step: number, stage: StageName = 'main'): string {
  return `${PREFIXES[stage]}-${String(step).padStart(10, '0')}`;
}

/** The file that commits a checkpoint: written last, it says what the other one must be. */
export function manifestFile(name: string): string {
  return `${name}.json`;
}

export function tensorFile(name: string): string {
  return `${name}.safetensors`;
}

/** What a file of a damaged checkpoint is called when it is put aside. */
export function asideFile(file: string): string {
  return `${file}${ASIDE}`;
}

/** Whether a file is of a checkpoint, whole, unfinished or put aside. */
export function isCheckpointFile(file: string): boolean {
  return FILE.test(file.endsWith(ASIDE) ? file.slice(0, -ASIDE.length) : file);
}

/** Which of the files of a storage are checkpoints. */
export interface CheckpointFiles {
  /** Names of checkpoints that were committed, newest first: those of the main stage before those of its warm-up. */
  readonly committed: readonly string[];
  /** Names of which there are only tensors: a write that was interrupted. */
  readonly unfinished: readonly string[];
}

/** Sorts out the checkpoints among `files`; others are not looked at. */
export function sortFiles(files: readonly string[]): CheckpointFiles {
  const named = (wanted: string): string[] =>
    files.flatMap((file) => {
      const [, name, extension] = FILE.exec(file) ?? [];
      return name !== undefined && extension === wanted ? [name] : [];
    });
  const manifests = named('json');
  const committed = Object.values(PREFIXES).flatMap((prefix) =>
    manifests
      .filter((name) => name.startsWith(prefix))
      .sort()
      .reverse(),
  );
  const isCommitted = new Set(committed);
  return { committed, unfinished: named('safetensors').filter((name) => !isCommitted.has(name)) };
}
