import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { dependencyBin, listPackages, root } from '../lib/workspace.mjs';
import { extractPrograms } from './extract-programs.ts';

const { folder, node } = inject('consumer');
const run = promisify(execFile);

const pages = [
  join(root, 'README.md'),
  ...listPackages()
    .filter(({ isPrivate }) => !isPrivate)
    .map((each) => join(each.folder, 'README.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join(root, 'docs', path)),
];

const programs = pages.flatMap((page) =>
  extractPrograms(readFileSync(page, 'utf8')).map(({ line, source }) => {
    const place = `${relative(root, page)}:${line}`;
    return { place, source, file: join(folder, `${place.replace(/[^A-Za-z0-9]+/g, '-')}.ts`) };
  }),
);

describe('programs in the documentation, against the packed packages', () => {
  beforeAll(() => {
    for (const { file, source } of programs) writeFileSync(file, source);
  });

  test('they type-check', async () => {
    const result = await run(process.execPath, [dependencyBin('typescript', 'tsc'), '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(result.stdout).toBe('');
  });

  test.each(programs)('$place runs', async ({ file }) => {
    const { stderr } = await run(node, ['--disable-warning=ExperimentalWarning', file], { cwd: folder });
    expect(stderr).toBe('');
  });
});
