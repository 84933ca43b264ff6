import {
  div,
  matMul,
  softmax,
  stack,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import {
  type CalibratedPair,
  fanInUniform,
  type HostTensor,
  lowerSize,
  type ModelVariables,
  type NetworkPart,
  networkPart,
  type PrngKey,
  poolToLower,
  type Tree,
} from 'kd-core';
import { partCollection } from '../part-collection.ts';
import { SKETCH_LENGTH, sampleProducts, similaritySketch } from './sample-relations.ts';

const REDUCTION = 4;

type MapShape = readonly [height: number, width: number, channels: number];

export interface LayerCalibrationOptions {
  readonly studentShapes: readonly MapShape[];
  readonly teacherShapes: readonly MapShape[];
  /**
   * Samples in every batch, at least 4: layers are described by the products of a sample with all of them. `any`: by how cosines
   * are distributed, which needs no certain number (`similaritySketch`).
   */
  readonly batchSize: number | 'any';
  /** Divides the products of queries and keys. Above 0. */
  readonly temperature: number;
  /** Length of a description of relations over that of its embedding, rounded down. Default 4. */
  readonly reduction?: number;
}

export interface LayerCalibration {
  /** Multiply-accumulates for one sample. */
  readonly macs: number;
  init(key: PrngKey): ModelVariables<HostTensor>;
  /** Maps of both networks to what `semanticCalibrationLoss` takes. Gradients flow into all but the teacher's maps in pairs. */
  apply(
    variables: ModelVariables<Tensor>,
    studentMaps: readonly Tensor4D[],
    teacherMaps: readonly Tensor4D[],
  ): {
    readonly pairs: readonly (readonly CalibratedPair[])[];
    /** [batch, student layers, teacher layers], distributions over the teacher's. */
    readonly attention: Tensor3D;
    readonly state: Tree<Tensor>;
  };
}

/**
 * The trained parts of SemCKD (Chen et al., 2021, arXiv:2012.03236, section 3.2). How a layer's maps relate the samples to each other passes
 * two linear layers, `query0`, ... of the student, `key0`, ... of the teacher; their products make the attention. `projection0-1`, ...:
 * the convolutions 1x1, 3x3 and 1x1, with batch norm and ReLU between, that take the map of a student layer to the
 * channels of a teacher layer, after the larger of the two maps has been pooled to the other. Start values as in PyTorch.
 */
export function layerCalibration({
  studentShapes,
  teacherShapes,
  batchSize,
  temperature,
  reduction = REDUCTION,
}: LayerCalibrationOptions): LayerCalibration {
  const length = batchSize === 'any' ? SKETCH_LENGTH : batchSize;
  const units = Math.floor(length / reduction);
  const describe = batchSize === 'any' ? similaritySketch : sampleProducts;
  const parts: Record<string, NetworkPart> = {};
  studentShapes.forEach((_, layer) => {
    parts[`query${layer}`] = relationEmbedding(length, units);
  });
  teacherShapes.forEach((_, layer) => {
    parts[`key${layer}`] = relationEmbedding(length, units);
  });
  studentShapes.forEach((student, i) => {
    teacherShapes.forEach((teacher, j) => {
      parts[`projection${i}-${j}`] = projection(student, teacher);
    });
  });
  const collection = partCollection(parts);

  return {
    macs: Object.values(parts).reduce((total, part) => total + part.description.macs, 0),
    init: (key) => collection.init(key),
    apply(variables, studentMaps, teacherMaps) {
      const pass = collection.pass(variables);
      const embed = (part: string, maps: readonly Tensor4D[]): Tensor3D =>
        stack(
          maps.map((map, layer) => pass.run(`${part}${layer}`, describe(map))),
          1,
        ) as Tensor3D;
      const products = matMul(embed('query', studentMaps), embed('key', teacherMaps), false, true);
      const pairs = studentMaps.map((studentMap, i) =>
        teacherMaps.map((teacherMap, j): CalibratedPair => {
          const [student, teacher] = poolToLower(studentMap, teacherMap);
          return { student: pass.run(`projection${i}-${j}`, student) as Tensor4D, teacher };
        }),
      );
      return { pairs, attention: softmax(div(products, temperature)) as Tensor3D, state: pass.state() };
    },
  };
}

/** A description to a direction. */
function relationEmbedding(length: number, units: number): NetworkPart {
  return networkPart({
    name: 'the embedding of relations between samples',
    inputShape: [length],
    network: (layers, x) =>
      layers.l2Normalize(layers.dense('dense2', layers.relu(layers.dense('dense1', x, 2 * units)), units)),
  });
}

function projection(student: MapShape, teacher: MapShape): NetworkPart {
  const [height, width] = lowerSize([student[0], student[1]], [teacher[0], teacher[1]]);
  const channels = teacher[2];
  return networkPart({
    name: 'the projection of a layer',
    inputShape: [height, width, student[2]],
    network(layers, x) {
      const narrow = { channels: 2 * channels, kernelSize: 1 };
      const wide = { channels: 2 * channels, kernelSize: 3, padding: 1 };
      const first = layers.relu(layers.batchNorm('norm1', layers.convolution('convolution1', x, narrow)));
      const second = layers.relu(layers.batchNorm('norm2', layers.convolution('convolution2', first, wide)));
      return layers.convolution('convolution3', second, { channels, kernelSize: 1 });
    },
    kernelInitializer: fanInUniform,
  });
}
