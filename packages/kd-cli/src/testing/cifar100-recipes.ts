import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtBackend } from 'kd-backend-ort';
import { prngKey, randomBits } from 'kd-core';
import type { DistillConfig } from '../config/config.ts';
import { checkConfig } from '../config/load-config.ts';
import { type DryRun, dryRun } from '../pipeline/dry-run.ts';
import { planDistillation } from '../pipeline/plan.ts';

const recipes = join(import.meta.dirname, '../../../../recipes/cifar100');
const classes = 100;
const pixelBytes = 3 * 32 * 32;

/** Those whose networks compile in a few seconds. */
export const fastCifar100Recipes: readonly string[] = [
  'vgg13-vgg8',
  'wrn-40-2-wrn-16-2',
  'resnet56-resnet20',
];

export interface Cifar100RecipeFile {
  readonly default: DistillConfig;
  readonly published: {
    readonly teacher: number;
    readonly student: number;
    readonly distilled: number;
    readonly source: string;
  };
}

/** Names of the recipes for CIFAR-100. */
export async function cifar100Recipes(): Promise<string[]> {
  const files = await readdir(recipes);
  return files.filter((file) => file !== 'common.ts').map((file) => file.replace(/\.ts$/, ''));
}

export function importCifar100Recipe(name: string): Promise<Cifar100RecipeFile> {
  return import(join(recipes, `${name}.ts`)) as Promise<Cifar100RecipeFile>;
}

/** A folder with `train.bin` and `test.bin` as CIFAR-100 has them, of random pixels: `perClass` and one image of each class. */
export async function fakeCifar100(perClass: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kd-cifar100-'));
  await writeFile(join(folder, 'train.bin'), records(classes * perClass));
  await writeFile(join(folder, 'test.bin'), records(classes));
  return folder;
}

function records(count: number): Uint8Array {
  const bytes = new Uint8Array(count * (2 + pixelBytes));
  for (let record = 0; record < count; record++) {
    const start = record * (2 + pixelBytes);
    bytes.set([record % 20, record % classes], start);
    bytes.set(new Uint8Array(randomBits(prngKey(record), pixelBytes)), start + 2);
  }
  return bytes;
}

/** Makes three steps of a recipe on made-up images, four at a time. */
export async function dryRunCifar100(name: string, folder: string): Promise<DryRun> {
  const recipe = (await importCifar100Recipe(name)).default;
  const config = checkConfig(
    { ...recipe, dataset: { name: 'cifar100', folder }, split: { validation: 0.5 }, batchSize: 4 },
    { source: name, folder },
  );
  const backend = await createOrtBackend();
  try {
    return await dryRun(await planDistillation(config), { backend, steps: 3 });
  } finally {
    await backend.dispose();
  }
}
