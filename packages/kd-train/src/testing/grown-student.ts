import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  crossEntropy as crossEntropyLoss,
  type Model,
  type ModelVariables,
  type NetworkPart,
  networkPart,
} from 'kd-core';
import type { Method, NetworkShapes } from '../index.ts';

/** A method of which a layer stays: another head on the student's pooled feature, deployed in place of its own. */
export function grownStudent(): Method {
  const name = 'grownStudent';
  return {
    name,
    config: { name },
    scalars: {},
    requires: { student: ['pooled'], teachers: [] },
    init: (key, { student }) => headOf(student).init(key),
    loss({ student, labels, variables }) {
      const shapes = { classes: student.logits.shape[1], taps: { pooled: [student.taps.pooled!.shape[1]!] } };
      const { output, state } = headOf(shapes).apply(variables, student.taps.pooled!, { train: true });
      const logits = output as Tensor2D;
      const total = crossEntropyLoss({ logits, labels });
      return { total, terms: { [name]: total }, state, logits };
    },
    deploy: ({ student }) => ({
      model: withHead(student),
      variables: (trained) => ({
        params: { student: trained.student.params, head: trained.method.params },
        state: { student: trained.student.state, head: trained.method.state },
      }),
    }),
  };
}

function headOf({ classes, taps }: Pick<NetworkShapes, 'classes' | 'taps'>): NetworkPart {
  return networkPart({
    name: 'head',
    inputShape: taps.pooled!,
    network: (layers, x) => layers.dense('dense', x, classes),
  });
}

type Parts<Leaf> = Record<'student' | 'head', ModelVariables<Leaf>['params']>;

function withHead(student: Model): Model {
  const summary = student.summary();
  const head = headOf({ classes: student.classes, taps: summary.taps });
  return {
    name: `${student.name} with a head`,
    inputShape: student.inputShape,
    classes: student.classes,
    init(key) {
      const [below, above] = [student.init(key), head.init(key)];
      return {
        params: { student: below.params, head: above.params },
        state: { student: below.state, head: above.state },
      };
    },
    apply({ params, state }, images, options) {
      const [param, stored] = [params as Parts<Tensor>, state as Parts<Tensor>];
      const seen = student.apply({ params: param.student, state: stored.student }, images, options);
      const above = head.apply({ params: param.head, state: stored.head }, seen.taps.pooled!, options);
      return {
        logits: above.output as Tensor2D,
        taps: seen.taps,
        state: { student: seen.state, head: above.state },
      };
    },
    summary: () => ({ ...summary, parameters: summary.parameters + head.parameters }),
  };
}
