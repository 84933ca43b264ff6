import { dirname, resolve } from 'node:path';
import { KdError } from 'kd-core';
import { checkTogether } from './check-together.ts';
import type { DistillConfig } from './config.ts';
import { kindOf } from './datasets/dataset-kinds.ts';
import { type ConfigProblem, describeIssues } from './describe-issues.ts';
import { readConfigFile } from './read-config-file.ts';
import { configSchema } from './schema.ts';

/**
 * Reads and checks a configuration. Paths in the answer are absolute; relative ones start at the file's folder.
 * Throws `CONFIG` with every problem at once; `details.problems` holds them as data.
 */
export async function loadConfig(path: string): Promise<DistillConfig> {
  const file = resolve(path);
  return checkConfig(await readConfigFile(file), { source: path, folder: dirname(file) });
}

/** Like `loadConfig`, for a value; `source` names it in messages. */
export function checkConfig(value: unknown, from: { source: string; folder: string }): DistillConfig {
  const parsed = configSchema.safeParse(value);
  if (!parsed.success)
    throw problemsError(describeIssues(parsed.error.issues, value, configSchema), from.source);
  const config = withAbsolutePaths(parsed.data, from.folder);
  const problems = checkTogether(config);
  if (problems.length > 0) throw problemsError(problems, from.source);
  return config;
}

function problemsError(problems: readonly ConfigProblem[], source: string): KdError {
  const lines = problems.map(
    ({ path, message }) => `  ${path === '' ? 'the configuration' : path} ${message}`,
  );
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new KdError('CONFIG', `${source} has ${count}:\n${lines.join('\n')}`, { details: { problems } });
}

function withAbsolutePaths(config: DistillConfig, folder: string): DistillConfig {
  const { dataset, teacher, study } = config;
  const absolute = (path: string): string => resolve(folder, path);
  return {
    ...config,
    output: absolute(config.output),
    teacher: {
      ...teacher,
      ...(teacher.weights !== undefined && { weights: absolute(teacher.weights) }),
      ...(teacher.cache?.folder !== undefined && {
        cache: { ...teacher.cache, folder: absolute(teacher.cache.folder) },
      }),
    },
    ...(study?.page !== undefined && { study: { ...study, page: absolute(study.page) } }),
    dataset: kindOf(dataset).withAbsoluteFiles(dataset, absolute),
  };
}
