import type { Tensor } from 'onnxruntime-common';
import type { OrtEngine } from '../engines/ort-engine.ts';
import type { HostValues, LazyValue } from './lazy-value.ts';
import type { SealedProgram } from './pending-program.ts';
import { SessionCache } from './session-cache.ts';
import { SharedTensor } from './shared-tensor.ts';

/** Gives the elements of the results, in order. */
type HostComputation = (inputs: readonly HostValues[]) => readonly HostValues[];

/** The same for a program that the engine does not run; `failure` says why. */
type Interpretation = (inputs: readonly HostValues[], failure: unknown) => readonly HostValues[];

/** Runs programs one after the other, each when its inputs are there. What fails, fails for those who ask for it. */
export class ProgramQueue {
  readonly #engine: OrtEngine;
  readonly #sessions: SessionCache;
  #last: Promise<void> = Promise.resolve();

  constructor(engine: OrtEngine, sessionCapacity: number) {
    this.#engine = engine;
    this.#sessions = new SessionCache(engine, sessionCapacity);
  }

  /**
   * Runs a recorded program on the engine. `interpret` computes the results from the elements of the inputs when the
   * engine refuses the graph, or fails to run it.
   */
  run(program: SealedProgram, interpret: Interpretation): void {
    const { inputs, results } = program;
    const wanted = [...results.keys()];
    this.#enqueue(inputs, wanted, async () => {
      const feeds = inputs.map((input) => input.feed(this.#engine));
      try {
        await this.#runOnEngine(program, feeds);
      } catch (failure) {
        await this.#computeOnHost(inputs, wanted, (elements) => interpret(elements, failure));
      }
    });
  }

  /** Computes `results` on the host from the elements of `inputs`; a reference to each input is taken over. */
  runOnHost(inputs: readonly LazyValue[], results: readonly LazyValue[], compute: HostComputation): void {
    this.#enqueue(inputs, results, () => this.#computeOnHost(inputs, results, compute));
  }

  /** Settled when everything that has been enqueued so far is done. */
  idle(): Promise<void> {
    return this.#last;
  }

  /** Releases the sessions once everything is done. */
  dispose(): void {
    this.#last = this.#last.then(() => this.#sessions.clear());
  }

  async #runOnEngine({ graph, results }: SealedProgram, feeds: readonly Tensor[]): Promise<void> {
    const found = await this.#sessions.find(graph);
    const outputs = await found.session.run(
      Object.fromEntries(found.inputs.map((name, index) => [name, feeds[index]!])),
    );
    const owners = new Map<number, number>();
    for (const position of results.values()) owners.set(position, (owners.get(position) ?? 0) + 1);
    const tensors = found.outputs.map(
      (name, position) => new SharedTensor(outputs[name]!, owners.get(position)!),
    );
    for (const [value, position] of results) value.settle(tensors[position]!);
  }

  async #computeOnHost(
    inputs: readonly LazyValue[],
    results: readonly LazyValue[],
    compute: HostComputation,
  ): Promise<void> {
    const elements = await Promise.all(inputs.map((input) => input.fetch(this.#engine)));
    const computed = compute(elements);
    results.forEach((value, index) => {
      value.settle(computed[index]!);
    });
  }

  #enqueue(inputs: readonly LazyValue[], results: readonly LazyValue[], work: () => Promise<void>): void {
    const done = this.#last.then(async () => {
      try {
        await work();
      } catch (error) {
        for (const value of results) value.fail(error);
      } finally {
        for (const input of inputs) input.release();
      }
    });
    this.#last = done;
    for (const value of results) value.startComputing(done);
  }
}
