import { add, mean, mul, type Scalar } from '@tensorflow/tfjs-core';
import { crossEntropy, gramGaps, type MultiLevelView, multiLevelLogitLoss, standardizeLogits } from 'kd-core';
import { booleanFieldOr, malformed, numberField, numbersField } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, type LossEvaluation, requiredTensor } from './loss-adapter.ts';

export const mlkd: LossAdapter = {
  evaluate: (context) =>
    context.inputs.y_s_weak === undefined ? { loss: onePart(context) } : wholeObjective(context),
};

/** What such a case is of, its name alone tells. */
function onePart({ name, inputs, hyper }: LossContext): Scalar {
  const logits = {
    studentLogits: requiredTensor(inputs, 'y_s'),
    teacherLogits: requiredTensor(inputs, 'y_t'),
  };
  const gaps = gramGaps(logits, numberField(hyper, 'T'));
  const words = name.split('_');
  if (words.some((word) => word.startsWith('cc'))) return mean(gaps.classes);
  if (words.some((word) => word.startsWith('bc'))) return mean(gaps.samples);
  throw malformed('the case', "named 'cc...' or 'bc...'", name);
}

function wholeObjective({ inputs, hyper }: LossContext): LossEvaluation {
  const standardized = booleanFieldOr(hyper, 'logit_stand', false);
  const view = (name: string): MultiLevelView => {
    const studentLogits = requiredTensor(inputs, `y_s_${name}`);
    const teacherLogits = requiredTensor(inputs, `y_t_${name}`);
    const transformed = {
      studentLogits: standardizeLogits(studentLogits),
      teacherLogits: standardizeLogits(teacherLogits),
    };
    return { studentLogits, teacherLogits, ...(standardized && { transformed }) };
  };
  const [weak, strong] = [view('weak'), view('strong')];
  const { instances, batch, classes } = multiLevelLogitLoss({
    weak,
    strong,
    temperatures: [numberField(hyper, 'T'), ...numbersField(hyper, 'other_T')],
    variant: 'reference',
  });
  const labels = requiredTensor(inputs, 'target');
  const hard = add<Scalar>(
    crossEntropy({ logits: weak.studentLogits, labels }),
    crossEntropy({ logits: strong.studentLogits, labels }),
  );
  const weight = numberField(hyper, 'kd_weight');
  const parts = {
    loss_ce: mul<Scalar>(hard, numberField(hyper, 'ce_weight')),
    loss_kd: mul<Scalar>(instances, weight),
    loss_cc: mul<Scalar>(classes, weight),
    loss_bc: mul<Scalar>(batch, weight),
  };
  return { loss: Object.values(parts).reduce((total, part) => add(total, part)), outputs: parts };
}
