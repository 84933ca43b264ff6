import { encodeModel, type Graph } from 'kd-onnx';
import type { InferenceSession } from 'onnxruntime-common';
import type { OrtEngine } from '../engines/ort-engine.ts';
import { structuralKey } from './structural-key.ts';

/** A session with its own names for the inputs and outputs that other graphs of its structure have. */
export interface CachedSession {
  readonly session: InferenceSession;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What the engine said of a graph that it does not load. */
interface Refusal {
  readonly refusal: unknown;
}

/** Sessions by the structure of their graphs; the ones that were used longest ago are released. */
export class SessionCache {
  readonly #engine: OrtEngine;
  readonly #capacity: number;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, CachedSession | Refusal>();

  /** `capacity` counts sessions, at least 1. */
  constructor(engine: OrtEngine, capacity: number) {
    this.#engine = engine;
    this.#capacity = capacity;
  }

  /**
   * The session for `graph`, which may have been loaded for another graph of the same structure. Throws `UNSUPPORTED`
   * for a graph that the engine refuses.
   */
  async find(graph: Graph): Promise<CachedSession> {
    const key = structuralKey(graph);
    const found = this.#sessions.get(key) ?? (await this.#load(graph));
    this.#sessions.delete(key);
    this.#sessions.set(key, found);
    await this.#evict();
    if ('refusal' in found) throw found.refusal;
    return found;
  }

  async clear(): Promise<void> {
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const each of all) await release(each);
  }

  async #load(graph: Graph): Promise<CachedSession | Refusal> {
    try {
      return {
        session: await this.#engine.load(encodeModel(graph), { name: graph.name }),
        inputs: graph.inputs.map(({ name }) => name),
        outputs: graph.outputs.map(({ name }) => name),
      };
    } catch (refusal) {
      return { refusal };
    }
  }

  async #evict(): Promise<void> {
    for (const [key, oldest] of this.#sessions) {
      if (this.#sessions.size <= this.#capacity) return;
      this.#sessions.delete(key);
      await release(oldest);
    }
  }
}

async function release(entry: CachedSession | Refusal): Promise<void> {
  if ('session' in entry) await entry.session.release();
}
