import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureBuilt } from '../lib/build.mjs';
import { packPackages } from '../lib/pack.mjs';
import { runNpm } from '../lib/pnpm.mjs';
import { root } from '../lib/workspace.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** A project outside the workspace that has installed the packed packages, as a user would. */
    consumer: { folder: string; packages: readonly string[]; node: string };
  }
}

/** Packs the packages and installs them with plain npm, without running any install script. */
export default async function setup(project: TestProject): Promise<() => void> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'kd-consumer-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const tarballs = join(folder, 'tarballs');
    mkdirSync(tarballs);
    const packed = await packPackages(tarballs);
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
    );
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(consumerTypes(), null, 2));
    const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    const { code, output } = await runNpm([...install, ...packed.map(({ tarball }) => tarball)], {
      cwd: folder,
    });
    if (code !== 0) throw new Error(`npm could not install the packed packages:\n${output}`);
    project.provide('consumer', { folder, packages: packed.map(({ name }) => name), node: consumerNode() });
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}

/** The Node that started the tests where the packages support it, otherwise the workspace's. */
function consumerNode(): string {
  const host = process.env.KD_HOST_NODE;
  if (host === undefined) return process.execPath;
  const [major = 0, minor = 0] = execFileSync(host, ['--version'], { encoding: 'utf8' })
    .slice(1)
    .split('.')
    .map(Number);
  // From 22.18 on Node runs TypeScript files itself.
  return major > 22 || (major === 22 && minor >= 18) ? host : process.execPath;
}

function consumerTypes(): object {
  return {
    compilerOptions: {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    include: ['*.ts'],
  };
}
