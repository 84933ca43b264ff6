import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Tests outside of `dist/ops` that exercise a backend. */
const OTHER_TESTS = ['engine_test.js', 'gradients_test.js', 'tensor_test.js', 'variable_test.js'];

/** Native addons, and what looks for files beside itself, stay where they are. */
const EXTERNAL = /^(onnxruntime-(node|web|common)|jasmine-core)(\/|$)/;

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));

/** Where the engines, which are in the bundle, find the files of ONNX Runtime. */
const cacheFolder = fileURLToPath(new URL('../../../kd-backend-ort/node_modules/.cache/', import.meta.url));

/** Which of tfjs-core's tests are run. */
export interface SpecSelection {
  /** Also those in the folders below `dist/ops`: fused, image, sparse, string and spectral ops, losses, linear algebra. */
  readonly all: boolean;
}

/**
 * Bundles tfjs-core's published tests, unmodified, with the sources of our backends, so that all share one
 * copy of tfjs-core, and calls `use` with the path of the bundle: a program that takes `SpecProcessOptions`.
 */
export async function withBundledSpecs<R>(
  selection: SpecSelection,
  use: (program: string) => Promise<R>,
): Promise<R> {
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, 'tfjs-specs-'));
  try {
    const program = join(folder, 'specs.mjs');
    await bundleSpecs(selection, program);
    return await use(program);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleSpecs(selection: SpecSelection, outfile: string): Promise<void> {
  const modules = [
    join(packageFolder, 'src', 'process', 'prepare-specs.ts'),
    ...specFiles(selection),
    join(packageFolder, 'src', 'process', 'run-specs.ts'),
  ];
  await build({
    stdin: {
      contents: modules.map((path) => `import ${JSON.stringify(path)};`).join('\n'),
      resolveDir: packageFolder,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    conditions: ['kd-source'],
    mainFields: ['module', 'main'],
    // The package's list of files with side effects lacks the tests, which would be dropped.
    ignoreAnnotations: true,
    plugins: [leaveInPlace],
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    logLevel: 'error',
  });
}

function specFiles({ all }: SpecSelection): string[] {
  const dist = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core'));
  const ops = readdirSync(join(dist, 'ops'), { recursive: all, encoding: 'utf8' })
    .filter((name) => name.endsWith('_test.js'))
    .sort()
    .map((name) => join(dist, 'ops', name));
  return [...ops, ...OTHER_TESTS.map((name) => join(dist, name))];
}

/** Imports by absolute path, since the bundle does not lie in every package that depends on them. */
const leaveInPlace: Plugin = {
  name: 'leave-in-place',
  setup(context) {
    context.onResolve({ filter: EXTERNAL }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === leaveInPlace) return undefined;
      const found = await context.resolve(path, { kind, resolveDir, pluginData: leaveInPlace });
      const isRequired = kind === 'require-call' || kind === 'require-resolve';
      return {
        path: isRequired ? found.path : pathToFileURL(found.path).href,
        external: true,
        errors: found.errors,
      };
    });
  },
};
