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

/** Sessions by the structure of their graphs; the ones that were used longest ago are released. */
export class SessionCache {
  readonly #engine: OrtEngine;
  readonly #capacity: number;
  /** In the order of their last use. */
  readonly #sessions = new Map<string, CachedSession>();

  /** `capacity` counts sessions, at least 1. */
  constructor(engine: OrtEngine, capacity: number) {
    this.#engine = engine;
    this.#capacity = capacity;
  }

  /** The session for `graph`, which may have been loaded for another graph of the same structure. */
  async find(graph: Graph): Promise<CachedSession> {
    const key = structuralKey(graph);
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      this.#sessions.delete(key);
      this.#sessions.set(key, known);
      return known;
    }
    const session = await this.#engine.load(encodeModel(graph), { name: graph.name });
    const loaded: CachedSession = {
      session,
      inputs: graph.inputs.map(({ name }) => name),
      outputs: graph.outputs.map(({ name }) => name),
    };
    this.#sessions.set(key, loaded);
    await this.#evict();
    return loaded;
  }

  async clear(): Promise<void> {
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const { session } of all) await session.release();
  }

  async #evict(): Promise<void> {
    for (const [key, { session }] of this.#sessions) {
      if (this.#sessions.size <= this.#capacity) return;
      this.#sessions.delete(key);
      await session.release();
    }
  }
}
