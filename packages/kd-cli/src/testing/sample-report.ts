import type { CurvePoint, NetworkResult, Role, RunReport } from '../report/report-data.ts';

interface Shape {
  readonly role: Role;
  readonly label: string;
  readonly top1: readonly number[];
  readonly ece: number;
  readonly parameters: number;
}

const shapes: readonly Shape[] = [
  {
    role: 'teacher',
    label: 'Teacher',
    top1: [0.986, 0.984, 0.989, 0.982, 0.987],
    ece: 0.012,
    parameters: 272_474,
  },
  {
    role: 'alone',
    label: 'Student alone',
    top1: [0.951, 0.956, 0.949, 0.944, 0.958],
    ece: 0.031,
    parameters: 5_210,
  },
  {
    role: 'distilled',
    label: 'Student distilled',
    top1: [0.967, 0.964, 0.966, 0.953, 0.971],
    ece: 0.019,
    parameters: 5_210,
  },
];

/** A report with made-up numbers, for looking at the page and for tests of it. */
export function sampleReport(seeds = 5): RunReport {
  return {
    format: 'kd-report/1',
    title: 'Distillation on handwritten digits',
    createdAt: '2026-01-02T03:04:05.000Z',
    wallSeconds: 158,
    split: 'test',
    dataset: {
      name: 'digits',
      classes: 10,
      inputShape: [8, 8, 1],
      samples: { train: 1078, transfer: 1078, validation: 269, test: 450 },
      attribution: 'E. Alpaydin and C. Kaynak, UCI Machine Learning Repository (1998), CC BY 4.0',
    },
    networks: shapes.map((shape) => network(shape, seeds)),
    exported: {
      file: 'student.onnx',
      fileBytes: 24_180,
      maximumAbsoluteDifference: 2.4e-6,
      samples: 450 * seeds,
      agreeing: 450 * seeds,
    },
    configuration: { epochs: 30, batchSize: 64, method: { name: 'hinton', temperature: 4 } },
    environment: { Backend: 'ort-cpu', Node: 'v24.0.0' },
    reproduce: 'kd demo',
    notes: ['Settings were chosen on the validation split; the test split was used once, for this report.'],
  };
}

function network({ role, label, top1, ece, parameters }: Shape, seeds: number): NetworkResult {
  return {
    role,
    label,
    architecture: role === 'teacher' ? 'resnet20, widths 16-32-64' : 'resnet8, widths 4-8-16',
    parameters,
    macs: parameters * 9,
    fileBytes: parameters * 4 + 3000,
    latency: {
      batchSize: 1,
      medianMs: parameters / 600_000 + 0.05,
      p95Ms: parameters / 400_000 + 0.08,
      runs: 200,
      threads: 1,
    },
    runs: top1.slice(0, seeds).map((accuracy, index) => ({
      seed: index + 1,
      updates: 510,
      metrics: {
        count: 450,
        top1: accuracy,
        nll: (1 - accuracy) * 3.4,
        ece: ece + index * 0.001,
        bins: Array.from({ length: 15 }, (_, bin) => ({
          count: bin < 4 ? 0 : Math.round(2 ** (bin - 6)),
          confidence: (bin + 0.5) / 15,
          accuracy: Math.min(1, (bin + 0.5) / 15 + (bin % 3 === 0 ? -1 : 1) * ece * 4),
        })),
      },
      ...(role !== 'teacher' && { agreement: { agreement: accuracy + 0.01, divergence: 0.125 } }),
      curve: Array.from({ length: 30 }, (_, epoch): CurvePoint => {
        const progress = 1 - Math.exp(-(epoch + 1) / 5);
        return {
          epoch: epoch + 1,
          loss: 2.3 * (1 - progress),
          validationTop1: accuracy * progress + 0.001 * (epoch % 3),
        };
      }),
    })),
  };
}
