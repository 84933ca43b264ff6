import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runForeground } from './process.mjs';
import { runTests } from './test-run.mjs';
import { ToolError } from './tool-error.mjs';
import { cliEntry, root, workspaceEnvironment, workspaceNode } from './workspace.mjs';

/** @type {Readonly<Record<string, (args: string[]) => Promise<void>>>} */
const commands = {
  build: async () => {
    await ensureInstalled();
    await ensureBuilt();
  },
  start: async (args) => {
    await ensureInstalled();
    await ensureBuilt();
    // What the program tells its user to type is then what works on their Node as well.
    const env = workspaceEnvironment({ KD_CALLED_AS: 'npm start' });
    await runForeground(workspaceNode(), [cliEntry(), 'demo', ...args], { env });
  },
  parity: async (args) => {
    await ensureInstalled();
    await ensureBuilt();
    const script = join(root, 'packages', 'kd-parity', 'dist', 'main.js');
    await runForeground(workspaceNode(), [script, ...args], { env: workspaceEnvironment() });
  },
  'conformance:tfjs': async (args) => {
    await ensureInstalled();
    // It bundles the sources, so there is nothing to build.
    const script = join(root, 'packages', 'kd-tfjs-conformance', 'src', 'main.ts');
    await runForeground(workspaceNode(), ['--conditions=kd-source', script, ...args], {
      env: workspaceEnvironment(),
    });
  },
  bench: async ([name = '', ...args]) => {
    await ensureInstalled();
    await ensureBuilt();
    const script = join(root, 'bench', `${name}.mjs`);
    if (!existsSync(script)) throw new ToolError(`There is no benchmark '${name}'; known: data, session, step.`);
    await runForeground(workspaceNode(), ['--expose-gc', script, ...args], { env: workspaceEnvironment() });
  },
  test: async (args) => {
    await ensureInstalled();
    await ensureBuilt();
    await runTests(args);
  },
};

/**
 * Runs `name args...` and sets the exit code of this process.
 * @param {string[]} argv
 */
export async function runCommand([name = '', ...args]) {
  try {
    const command = commands[name];
    if (command === undefined) {
      throw new ToolError(`Unknown command '${name}'; known: ${Object.keys(commands).join(', ')}.`);
    }
    await command(args);
  } catch (error) {
    console.error(error instanceof ToolError ? error.message : error);
    process.exitCode = 1;
  }
}
