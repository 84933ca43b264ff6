import { openOnnx } from 'kd-backend-ort';
import {
  type BatchSource,
  type FrozenModel,
  HostTensor,
  KdError,
  type Model,
  type ModelVariables,
  sizeOf,
} from 'kd-core';
import type { NormalizeOptions } from 'kd-data';
import { exportOnnx, imagesInLayout, measureLatency, verifyOnnx } from 'kd-export';
import type { LatencyResult } from '../report/report-data.ts';
import { normalizationMetadata } from './network-file.ts';

export interface FileCheck {
  readonly samples: number;
  /** Samples for which file and network name the same class. */
  readonly agreeing: number;
  /** Largest |difference| of a logit. */
  readonly maximumAbsoluteDifference: number;
}

const layout = 'NCHW';
/** One image on one thread: how a small network is used at the edge. */
const latencySettings = { batchSize: 1, threads: 1, runs: 300, warmup: 50 };

/** The ONNX file of a trained network. Its metadata say which normalisation its input has. */
export function toOnnx(
  model: Model,
  variables: ModelVariables<HostTensor>,
  normalization?: NormalizeOptions,
): Uint8Array {
  return exportOnnx({
    model,
    variables,
    inputLayout: layout,
    metadata: normalizationMetadata(normalization),
  });
}

/**
 * Opens an ONNX file with ONNX Runtime and compares it with the network it was made from: `logits`
 * [samples, classes] are the network's, in the order of epoch 0 of `source`.
 * Throws `VERIFICATION` when a class differs or a logit by more than rounding.
 */
export async function checkFile(
  bytes: Uint8Array,
  { source, logits }: { readonly source: BatchSource; readonly logits: HostTensor },
): Promise<FileCheck> {
  const classes = logits.shape[1]!;
  const session = await openOnnx(bytes);
  let check: FileCheck = { samples: 0, agreeing: 0, maximumAbsoluteDifference: 0 };
  try {
    for (let index = 0; index < source.stepsPerEpoch; index++) {
      const { images } = await source.batch(0, index);
      const count = images.shape[0]!;
      const rows = logits.data.slice(check.samples * classes, (check.samples + count) * classes);
      const result = await verifyOnnx({
        session,
        images,
        expectedLogits: new HostTensor(rows, [count, classes]),
        inputLayout: layout,
      });
      if (!result.passed) {
        throw new KdError(
          'VERIFICATION',
          `The exported file does not compute what the trained network does: logits differ by up to ${result.maxAbsoluteDifference} (${result.maxRelativeDifference} of the largest). Do not ship it; please report this.`,
        );
      }
      check = {
        samples: check.samples + count,
        agreeing: check.agreeing + Math.round(result.agreement * count),
        maximumAbsoluteDifference: Math.max(check.maximumAbsoluteDifference, result.maxAbsoluteDifference),
      };
    }
  } finally {
    await session.release();
  }
  return check;
}

/** Several checks as one. */
export function mergeChecks(checks: readonly FileCheck[]): FileCheck {
  return {
    samples: checks.reduce((sum, check) => sum + check.samples, 0),
    agreeing: checks.reduce((sum, check) => sum + check.agreeing, 0),
    maximumAbsoluteDifference: Math.max(...checks.map((check) => check.maximumAbsoluteDifference)),
  };
}

/** How long the file takes for one image. */
export async function fileLatency(bytes: Uint8Array, model: Model): Promise<LatencyResult> {
  const session = await openOnnx(bytes, { threads: latencySettings.threads });
  const feeds = { [session.inputs[0]!.name]: imagesInLayout(greyImages(model), layout) };
  try {
    return await latencyOf(() => session.run(feeds));
  } finally {
    await session.release();
  }
}

/** The same for a file that runs as it is; `open` opens it with the given number of threads. */
export async function frozenLatency(
  open: (settings: { readonly threads: number }) => Promise<FrozenModel>,
): Promise<LatencyResult> {
  const model = await open({ threads: latencySettings.threads });
  const images = greyImages(model);
  try {
    return await latencyOf(() => model.run(images));
  } finally {
    await model.dispose();
  }
}

async function latencyOf(run: () => Promise<unknown>): Promise<LatencyResult> {
  const { batchSize, threads, runs, warmup } = latencySettings;
  const { median, p95 } = await measureLatency(run, { runs, warmup });
  return { batchSize, medianMs: median, p95Ms: p95, runs, threads };
}

function greyImages({ inputShape }: Pick<Model, 'inputShape'>): HostTensor {
  const shape = [latencySettings.batchSize, ...inputShape];
  return new HostTensor(new Float32Array(sizeOf(shape)).fill(0.5), shape);
}
