// The program of a child process: trains one network of a comparison. The memory that it took at most is then that of
// this network alone.
import { processHost } from '../cli/host.ts';
import { openBackend } from '../open-backend.ts';
import type { Job, JobAnswer } from './job.ts';
import { runJob } from './run-job.ts';

process.once('message', async (job: Job) => {
  // Libraries keep a process alive, and the answer has been given.
  process.send!(await answer(job), () => process.exit());
});

async function answer(job: Job): Promise<JobAnswer> {
  try {
    const backend = await openBackend(processHost(), { id: job.backend, threads: job.threads });
    const result = await runJob(job, backend);
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    return { result: { ...result, peakBytes, seconds: process.uptime() } };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
