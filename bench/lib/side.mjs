import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * One side of a comparison: a child process that lives through the whole benchmark, prints one JSON line when
 * it is ready, and answers each JSON line on stdin with one on stdout.
 */
export class Side {
  #child;
  #lines;

  constructor(name, command, args) {
    this.name = name;
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', (error) => {
      process.stderr.write(`${name}: ${error.message}\n`);
    });
  }

  /** The description that the process prints when it is ready. */
  async ready() {
    return (await this.#next()).description;
  }

  /** Runs steps, and gives the milliseconds of each and whatever else the side measures. */
  async run(steps) {
    return this.ask({ steps });
  }

  /** The answer to any request. */
  async ask(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#next();
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    this.#child.stdin.end();
    await once(this.#child, 'exit');
  }

  async #next() {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`The ${this.name} process ended early; its message stands above.`);
    return JSON.parse(value);
  }
}
