import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KdError } from 'kd-core';
import { createModel } from 'kd-models';
import { encodeHintPoints, type HintPoints } from 'kd-train';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf, type Host } from '../cli/host.ts';
import { choiceOption, integerOption, type ParsedOptions, textOption } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';
import { isOnnxFile } from '../config/weights-file.ts';
import { evaluationBatches } from '../eval/evaluation-batches.ts';
import { imageOptions } from '../eval/image-options.ts';
import { forChannels, normalizationIn, normalizationOption } from '../eval/normalization.ts';
import { openEvalData } from '../eval/open-eval-data.ts';
import { describeHintPoints } from '../hints/describe-hint-points.ts';
import { findHintPoints } from '../hints/find-hint-points.ts';
import { openBackend } from '../open-backend.ts';
import { networkName } from '../pipeline/network-name.ts';
import { progressFor } from '../pipeline/progress-for.ts';
import { readMetadata } from '../pipeline/read-metadata.ts';
import { readWeights } from '../pipeline/read-weights.ts';
import { displayPath } from '../text/display-path.ts';

const DEFAULT_CLUSTERS = 3;
const DEFAULT_FILE = 'hints.json';

/** `kd hints`: which layers of a teacher are worth being taught by. */
export const hintsCommand: RunCommand = async ({ positional, options }, host) => {
  const wish = readOptions(positional[0]!, options, host);
  const metadata = await readMetadata(wish.weights);
  const name = networkName('hints', {
    said: wish.model,
    stored: metadata.model,
    instead:
      'Look for its hint points in a program: probeTeacher and selectHintPoints of kd-train take any network.',
  });
  const asked = wish.normalization ?? normalizationIn(metadata);

  const dataset = await openEvalData({ ...wish, classNames: undefined });
  const { inputShape } = dataset;
  const model = createModel(name, { classes: wish.classes ?? dataset.classes, inputShape });
  const variables = await readWeights(wish.weights, model);
  const backend = await openBackend(host, { id: wish.backend, threads: wish.threads });
  try {
    const source = evaluationBatches(dataset, {
      batchSize: wish.batchSize,
      normalization: asked === undefined || asked === 'none' ? undefined : forChannels(asked, inputShape[2]),
    });
    const progress = progressFor(host, [{ label: name, kind: 'evaluation', steps: source.stepsPerEpoch }]);
    progress.nextPhase();
    let points: HintPoints;
    try {
      points = await findHintPoints({
        backend,
        model,
        variables,
        source,
        clusters: wish.clusters,
        similarity: wish.similarity,
        center: wish.center,
        ...(wish.taps !== undefined && { taps: wish.taps }),
        ...(wish.samples !== undefined && { samples: wish.samples }),
        onBatch: (done, all) => progress.update(Math.round((done / all) * source.stepsPerEpoch)),
      });
    } finally {
      progress.stop();
    }
    await writePoints(wish.output, points);
    host.stdout.write(`${describeHintPoints(points, colorsOf(host, 'stdout'))}\n`);
    host.stdout.write(`\nHint-points file: ${displayPath(wish.output, host.cwd)}\n`);
    return exitCode.ok;
  } finally {
    await backend.dispose();
  }
};

function readOptions(shownWeights: string, options: ParsedOptions, host: Host) {
  if (isOnnxFile(shownWeights)) {
    throw new UsageError(
      'kd hints reads the blocks of a network by their names, which an .onnx file does not have: give its weights, and --model.',
    );
  }
  const data = textOption(options, 'data');
  if (data === undefined) throw new UsageError('kd hints needs --data, such as --data train.zip.');
  const split = textOption(options, 'split');
  return {
    weights: resolve(host.cwd, shownWeights),
    model: textOption(options, 'model'),
    data: data === 'digits' ? data : resolve(host.cwd, data),
    // A student is taught on the images for training.
    split: split ?? (data === 'digits' ? 'train' : undefined),
    ...imageOptions(options),
    classes: integerOption(options, 'classes', 1),
    clusters: integerOption(options, 'clusters', 1) ?? DEFAULT_CLUSTERS,
    similarity: choiceOption(options, 'similarity', ['cka', 'rbf-cka', 'cca'] as const) ?? 'cka',
    center: choiceOption(options, 'center', ['index-mean', 'medoid'] as const) ?? 'index-mean',
    taps: textOption(options, 'taps')
      ?.split(',')
      .map((tap) => tap.trim()),
    samples: integerOption(options, 'samples', 2),
    normalization: normalizationOption(options),
    batchSize: integerOption(options, 'batch-size', 1),
    backend: textOption(options, 'backend'),
    threads: integerOption(options, 'threads', 1),
    output: resolve(host.cwd, textOption(options, 'output') ?? DEFAULT_FILE),
  };
}

async function writePoints(path: string, points: HintPoints): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, encodeHintPoints(points));
  } catch (cause) {
    const { message } = cause as Error;
    throw new KdError('STORAGE', `The hint points cannot be written to ${path}: ${message}.`, { cause });
  }
}
