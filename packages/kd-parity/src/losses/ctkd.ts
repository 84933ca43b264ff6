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
  const reversal = cosineReversal({
    epochs: loops,
    initialReversal: -numberField(hyper, 'max'),
    finalReversal: -numberField(hyper, 'min'),
  });
  const table = Array.from(
    { length: loops + 1 },
    (_, epoch) => -reversal(scheduleTime(epoch - 1, { stepsPerEpoch: 1, totalSteps: loops })),
  );
  const epochs = cast(minimum(requiredTensor(inputs, 'epoch'), loops), 'int32');
  return { outputs: { lambda: gather(tensor1d(table), epochs) } };
}
