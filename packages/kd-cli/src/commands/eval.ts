import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type BatchSource, confusionMatrix, KdError } from 'kd-core';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf, type Host } from '../cli/host.ts';
import { integerOption, type ParsedOptions, shareOption, switchOption, textOption } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';
import { isOnnxFile } from '../config/weights-file.ts';
import { calibrate } from '../eval/calibrate.ts';
import { classResults } from '../eval/class-results.ts';
import { describeEvaluation, type EvalReport } from '../eval/eval-report.ts';
import { evaluationBatches } from '../eval/evaluation-batches.ts';
import { imageOptions } from '../eval/image-options.ts';
import { forChannels, normalizationIn, normalizationOption } from '../eval/normalization.ts';
import { openEvalData } from '../eval/open-eval-data.ts';
import { type EvalNetwork, openNamedNetwork, openOnnxNetwork } from '../eval/open-eval-network.ts';
import { networkName } from '../pipeline/network-name.ts';
import { progressFor } from '../pipeline/progress-for.ts';
import { readMetadata } from '../pipeline/read-metadata.ts';
import { displayPath } from '../text/display-path.ts';

/** `kd eval`: how good a trained network is, whoever has trained it. */
export const evalCommand: RunCommand = async ({ options }, host) => {
  const wish = readOptions(options, host);
  const { isOnnx, weights } = wish;
  const metadata = isOnnx ? {} : await readMetadata(weights);
  const model = isOnnx
    ? undefined
    : networkName('eval', {
        said: wish.model,
        stored: metadata.model,
        instead: 'Take the .onnx file that was written beside it, which is a whole network.',
      });
  const asked = wish.normalization ?? (isOnnx ? undefined : normalizationIn(metadata));

  const dataset = await openEvalData(wish);
  const classes = wish.classes ?? dataset.classes;
  requireSameClasses(classes, dataset.classes, wish.data);
  const { inputShape } = dataset;
  const normalization = asked === undefined || asked === 'none' ? asked : forChannels(asked, inputShape[2]);
  const common = { weights, classes, inputShape, backend: wish.backend, threads: wish.threads };
  const network =
    model === undefined
      ? await openOnnxNetwork({ ...common, normalization })
      : await openNamedNetwork(host, { ...common, model });
  try {
    const batches = evaluationBatches(dataset, {
      batchSize: wish.batchSize,
      normalization: isOnnx || normalization === 'none' ? undefined : normalization,
    });
    const { evaluation, seconds } = await timedEvaluation(host, network, batches);
    const report: EvalReport = {
      format: 'kd-eval/1',
      createdAt: new Date().toISOString(),
      network: { name: network.name, weights: wish.shownWeights, classes: network.classes, ...network.size },
      data: {
        name: dataset.name,
        samples: dataset.length,
        classNames: dataset.classNames,
        inputShape,
      },
      normalization: normalization === 'none' ? null : (normalization ?? (isOnnx ? 'file' : null)),
      backend: network.backend,
      metrics: evaluation.metrics,
      ...(wish.calibrate !== undefined && { calibration: calibrate(evaluation, wish.calibrate) }),
      ...classResults(confusionMatrix(evaluation), dataset.classNames),
      seconds,
    };
    host.stdout.write(
      `${describeEvaluation(report, colorsOf(host, 'stdout'), { perClass: wish.perClass })}\n`,
    );
    if (wish.json !== undefined) {
      await writeReport(wish.json, report);
      host.stdout.write(`\nReport: ${displayPath(wish.json, host.cwd)}\n`);
    }
    return exitCode.ok;
  } finally {
    await network.dispose();
  }
};

function readOptions(options: ParsedOptions, host: Host) {
  const required = (name: string, example: string): string => {
    const value = textOption(options, name);
    if (value === undefined) throw new UsageError(`kd eval needs --${name}, such as --${name} ${example}.`);
    return value;
  };
  const path = (given: string): string => resolve(host.cwd, given);
  const optionalPath = (given: string | undefined) => (given === undefined ? undefined : path(given));
  const shownWeights = required('weights', 'resnet20.safetensors');
  const data = required('data', 'test.zip');
  const model = textOption(options, 'model');
  const isOnnx = isOnnxFile(shownWeights);
  if (isOnnx && model !== undefined) {
    throw new UsageError('An .onnx file is a whole network: leave out --model.');
  }
  return {
    shownWeights,
    weights: path(shownWeights),
    isOnnx,
    model,
    data: data === 'digits' ? data : path(data),
    split: textOption(options, 'split'),
    classNames: optionalPath(textOption(options, 'class-names')),
    ...imageOptions(options),
    classes: integerOption(options, 'classes', 1),
    normalization: normalizationOption(options),
    batchSize: integerOption(options, 'batch-size', 1),
    backend: textOption(options, 'backend'),
    threads: integerOption(options, 'threads', 1),
    perClass: switchOption(options, 'per-class'),
    calibrate: shareOption(options, 'calibrate'),
    json: optionalPath(textOption(options, 'json')),
  };
}

function requireSameClasses(network: number, data: number, path: string): void {
  if (network === data) return;
  throw new UsageError(
    `--classes says ${network}, but '${path}' has ${data} classes, and labels would not mean what the network means. Name the network's classes in label order, one a line, in a file, and give it as --class-names FILE.`,
  );
}

async function timedEvaluation(host: Host, network: EvalNetwork, source: BatchSource) {
  const progress = progressFor(host, [
    { label: network.name, kind: 'evaluation', steps: source.stepsPerEpoch },
  ]);
  const started = host.now();
  progress.nextPhase();
  try {
    const evaluation = await network.evaluate({
      ...source,
      batch: (epoch, index) => {
        // The batches before this one are done.
        progress.update(index);
        return source.batch(epoch, index);
      },
    });
    progress.update(source.stepsPerEpoch);
    return { evaluation, seconds: (host.now() - started) / 1000 };
  } finally {
    progress.stop();
  }
}

/** Lists of numbers on one line each, so that a row of the confusion matrix is a line of the file. */
function joinRows(json: string): string {
  return json.replaceAll(/\[[\s\d.,eE+-]+\]/g, (list) =>
    list.replaceAll(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
}

async function writeReport(path: string, report: EvalReport): Promise<void> {
  try {
    await writeFile(path, `${joinRows(JSON.stringify(report, null, 2))}\n`);
  } catch (cause) {
    const { message } = cause as Error;
    throw new KdError('STORAGE', `The report cannot be written to ${path}: ${message}.`, { cause });
  }
}
