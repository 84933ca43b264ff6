import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { capture } from './process.mjs';
import { ToolError } from './tool-error.mjs';
import { workspaceEnvironment } from './workspace.mjs';

/** The one place that pins the package manager. */
export const pnpmVersion = '12.21.0';

/**
 * Runs the pinned pnpm, which npm fetches into its own cache: nothing is installed globally.
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 */
export function runPnpm(args, options = {}) {
  return runNpm(['exec', '--yes', `--package=pnpm@${pnpmVersion}`, '--', 'pnpm', ...args], options);
}

/**
 * Runs npm; its exit code and output are returned, a missing npm is an error.
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 */
export async function runNpm(args, options = {}) {
  // CI: no questions, and a lockfile that is not to be changed.
  const env = workspaceEnvironment({
    CI: 'true',
    npm_config_update_notifier: 'false',
    npm_config_loglevel: 'error',
  });
  const script = process.env.npm_execpath;
  if (script !== undefined && basename(script) === 'npm-cli.js' && existsSync(script)) {
    return capture(process.execPath, [script, ...args], { ...options, env });
  }
  try {
    return await capture(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { ...options, env });
  } catch (error) {
    throw new ToolError(
      'npm was not found. It comes with Node (https://nodejs.org); on Debian it is the package `npm`. Install it and try again.',
      { cause: error },
    );
  }
}
