import { reshape, type Tensor, type Tensor2D, transpose } from '@tensorflow/tfjs-core';
import { hintonLoss, type Network, type NetworkPart, networkPart } from 'kd-core';
import type { Method } from 'kd-train';

export interface ChannelWiseOptions {
  tap?: string;
  temperature?: number;
}

/**
 * Where in the image a channel is active: each channel of a map becomes probabilities over the places, softened by the
 * temperature, and the student's follow the teacher's in KL divergence. A 1x1 convolution, trained with the student, brings
 * its map to the teacher's channels; the teacher is detached.
 * C. Shu et al., "Channel-wise Knowledge Distillation for Dense Prediction", 2021, arXiv:2011.13256, equations 3 to 5.
 */
export function channelWise({ tap = 'stage2', temperature = 4 }: ChannelWiseOptions = {}): Method {
  return {
    name: 'channelWise',
    config: { name: 'channelWise', tap, temperature },
    scalars: {},
    requires: { student: [tap], teachers: [{ taps: [tap], sameClasses: false }] },
    init: (key, { student, teachers }) => expansion(student.taps[tap]!, teachers[0]!.taps[tap]!).init(key),
    loss({ student, teachers, variables }) {
      const [own, hint] = [student.taps[tap]!, teachers[0]!.taps[tap]!];
      const part = expansion(own.shape.slice(1), hint.shape.slice(1));
      const { output, state } = part.apply(variables, own, { train: true });
      const total = hintonLoss({ studentLogits: places(output), teacherLogits: places(hint), temperature });
      return { total, terms: { channelWise: total }, state };
    },
  };
}

function expansion(inputShape: readonly number[], [, , channels = 0]: readonly number[]): NetworkPart {
  const network: Network = (layers, map) => layers.convolution('expand', map, { channels, kernelSize: 1 });
  return networkPart({ name: 'channelWise', inputShape, network });
}

/** [batch, height, width, channels] to a row of places for each channel of each image. */
function places(map: Tensor): Tensor2D {
  return reshape(transpose(map, [0, 3, 1, 2]), [-1, map.shape[1]! * map.shape[2]!]);
}
