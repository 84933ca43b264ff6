import type { Storage } from 'kd-train';
import type { JobResult } from './job.ts';

/** What finished jobs of comparisons have found, by id, so that none is done twice. */
export interface JobStore {
  read(id: string): Promise<JobResult | undefined>;
  write(id: string, result: JobResult): Promise<void>;
}

/** One JSON file a job. A file that cannot be read is of a job that is to be done again. */
export function jobStore(storage: Storage): JobStore {
  return {
    async read(id) {
      const bytes = await storage.read(`${id}.json`);
      if (bytes === undefined) return undefined;
      try {
        return JSON.parse(new TextDecoder().decode(bytes)) as JobResult;
      } catch {
        return undefined;
      }
    },
    write: (id, result) =>
      storage.write(`${id}.json`, new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`)),
  };
}
