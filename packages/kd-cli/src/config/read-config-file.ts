import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KdError } from 'kd-core';

const moduleExtensions = ['.ts', '.mts', '.mjs'];

/**
 * The value of a configuration file: parsed JSON, or the default export of a module. Modules are run, so only files
 * that you trust belong here. Throws `CONFIG` for a file that cannot be read, parsed or run.
 */
export async function readConfigFile(path: string): Promise<unknown> {
  const extension = extname(path);
  if (extension !== '.json' && !moduleExtensions.includes(extension)) {
    throw new KdError(
      'CONFIG',
      `A configuration is a .json, .ts, .mts or .mjs file, got '${path}'${extension === '' ? '' : ` with '${extension}'`}.`,
    );
  }
  const text = await readText(path);
  return extension === '.json' ? parseJson(text, path) : importDefault(path);
}

/**
 * `JSON.parse` with two differences: an error tells the line and column, and the key `__proto__`, which
 * could change what objects are, is refused.
 */
export function parseJson(text: string, path: string): unknown {
  let poisoned = false;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/u, ''), (key, each: unknown) => {
      if (key === '__proto__') poisoned = true;
      return each;
    });
  } catch (cause) {
    throw new KdError('CONFIG', `${path} is not JSON: ${positioned((cause as Error).message, text)}`, {
      cause,
    });
  }
  if (poisoned)
    throw new KdError('CONFIG', `${path} has the key '__proto__', which is not allowed. Remove it.`);
  return value;
}

function positioned(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined || /\(line \d+ column \d+\)/.test(message)) return `${message}.`;
  const before = text.slice(0, Number(position)).split('\n');
  return `${message} (line ${before.length} column ${before.at(-1)!.length + 1}).`;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      EACCES: 'permission is missing',
    };
    throw new KdError('CONFIG', `Cannot read the configuration ${path}: ${reasons[code ?? ''] ?? code}.`, {
      cause,
    });
  }
}

async function importDefault(path: string): Promise<unknown> {
  if (!path.endsWith('.mjs') && process.features.typescript === false) {
    throw new KdError(
      'CONFIG',
      `This Node (${process.version}) does not run TypeScript, so ${path} cannot be read. Use Node 22.18 or newer, or a .json or .mjs file.`,
    );
  }
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const remedy = message.includes("Cannot find package 'kd-cli'")
      ? ' Install kd-cli where the configuration is, or export the plain object without defineConfig.'
      : '';
    throw new KdError('CONFIG', `${path} cannot be run: ${message}${remedy}`, { cause });
  }
  if (module.default === undefined) {
    throw new KdError(
      'CONFIG',
      `${path} has no default export. Write: export default defineConfig({ ... }), with defineConfig from 'kd-cli'.`,
    );
  }
  return module.default;
}
