import type { ConfigProblem } from '../describe-issues.ts';

/** What is known of a data set's configuration before anything is read. */
export interface DatasetKind<Config> {
  /** The configuration with the paths that `absolute` makes of its own. */
  withAbsoluteFiles(config: Config, absolute: (path: string) => string): Config;
  /** Files that are not there. Paths are absolute; those of problems start at `dataset`. */
  problems(config: Config): readonly ConfigProblem[];
  /** Why a data set has test samples of its own; `undefined` for one that is split. */
  ownTest(config: Config): string | undefined;
}
