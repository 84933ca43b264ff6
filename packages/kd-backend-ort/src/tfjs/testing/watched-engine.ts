import type { InferenceSession } from 'onnxruntime-common';
import type { OrtEngine } from '../../engines/ort-engine.ts';

/** What an engine has been asked to do. */
export interface EngineLog {
  loads: number;
  /** The number of outputs of every run. */
  readonly runs: number[];
  releases: number;
}

/** An engine that counts what happens on it, and refuses the models that `refuse` gives an error for. */
export function watchedEngine(
  engine: OrtEngine,
  refuse: () => Error | undefined = () => undefined,
): { engine: OrtEngine; log: EngineLog } {
  const log: EngineLog = { loads: 0, runs: [], releases: 0 };
  const load: OrtEngine['load'] = async (model, options) => {
    log.loads++;
    const refusal = refuse();
    if (refusal !== undefined) throw refusal;
    const session = await engine.load(model, options);
    const run: InferenceSession['run'] = (feeds: InferenceSession.OnnxValueMapType) => {
      log.runs.push(session.outputNames.length);
      return session.run(feeds);
    };
    const release = (): Promise<void> => {
      log.releases++;
      return session.release();
    };
    return Object.create(session, { run: { value: run }, release: { value: release } }) as InferenceSession;
  };
  return { engine: { ...engine, load }, log };
}
