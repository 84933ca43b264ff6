import { cast, gather, minimum, type Rank, reshape, scalar, tensor1d } from '@tensorflow/tfjs-core';
import { hintonLoss } from 'kd-core';
import { cosineReversal, curriculumTemperatureOf, scheduleTime } from 'kd-train';
import { numberField } from '../fixtures/fields.ts';
import { dkdOfCase } from './dkd.ts';
import { type LossAdapter, type LossContext, type LossEvaluation, requiredTensor } from './loss-adapter.ts';

export const ctkd: LossAdapter = {
  evaluate: (context) => (context.inputs.epoch === undefined ? learned(context) : schedule(context)),
};

function learned(context: LossContext): LossEvaluation {
  const { inputs, params, hyper } = context;
  const temperature = curriculumTemperatureOf({
    theta: requiredTensor(params, 'global_T'),
    // The reference multiplies by lambda, which is never positive.
    strength: scalar(-numberField(hyper, 'lambda')),
    lowest: numberField(hyper, 't_start'),
    range: numberField(hyper, 't_end'),
  });
  const single = reshape<Rank.R0>(temperature, []);
  const loss =
    hyper.values.criterion === 'DKD'
      ? dkdOfCase(context, single)
      : hintonLoss({
          studentLogits: requiredTensor(inputs, 'y_s'),
          teacherLogits: requiredTensor(inputs, 'y_t'),
          temperature: single,
        });
  return { loss, outputs: { temperature } };
}

/** Epochs of a case are tensors and those of a schedule numbers: lambda is looked up in a table of the schedule. */
function schedule({ inputs, hyper }: LossContext): LossEvaluation {
  const loops = numberField(hyper, 'loops');
  const [highest, lowest] = [numberField(hyper, 'max'), numberField(hyper, 'min')];
  // From 0 to 1: the schedule of this SDK has no sign, which the reference's lambda may have.
  const share = cosineReversal({ epochs: loops, initialReversal: 0, finalReversal: 1 });
  const table = Array.from({ length: loops + 1 }, (_, epoch) => {
    const time = scheduleTime(epoch - 1, { stepsPerEpoch: 1, totalSteps: loops });
    return highest + (lowest - highest) * share(time);
  });
  const epochs = cast(minimum(requiredTensor(inputs, 'epoch'), loops), 'int32');
  return { outputs: { lambda: gather(tensor1d(table), epochs) } };
}
