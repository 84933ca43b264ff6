import type { Method } from '../method.ts';
import { attendedLayers } from './attended-layers.ts';

export interface AfdOptions {
  /** Maps of the student that teacher layers choose from; the authors take the output of every block. */
  readonly studentTaps: readonly string[];
  /** Maps of the teacher that are taught. */
  readonly teacherTaps: readonly string[];
  /** Length of queries and keys. Default 128. */
  readonly dimension?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Attention-based feature distillation: each layer of the teacher chooses, sample by sample, the layers of the student that are to
 * follow its spatial map (`layerAttention`, `attendedMapsLoss`). The teacher's features are detached; its queries are trained, and
 * the student is taught through the attention as well. The authors' weight is 200, beside labels and soft targets.
 * Ji, Heo and Park, 2021, arXiv:2102.02973. Throws `INVALID_ARGUMENT` without taps and, from `init`, `SHAPE_MISMATCH` for a tap that is
 * no feature map. Batches need at least two samples.
 */
export function afd({ studentTaps, teacherTaps, dimension = 128, teacher = 0 }: AfdOptions): Method {
  return attendedLayers({
    name: 'afd',
    config: { name: 'afd', studentTaps, teacherTaps, dimension, teacher },
    studentTaps,
    teacherTaps,
    dimension,
    direction: 'teacher-query',
    selection: { type: 'none' },
    similarity: 'bilinear',
    teacher,
  });
}
