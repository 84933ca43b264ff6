import { scheduleTime, stepDecay } from 'kd-train';
import { numberField, numbersField, optionalFields } from '../fixtures/fields.ts';
import type { MetricAdapter } from './metric-adapter.ts';

/** The reference counts epochs from 1; a decay at 150 first shows in its epoch 151, which is our epoch 150. */
export const learningRateSchedule: MetricAdapter = (metricCase) => {
  const hyper = optionalFields(metricCase, 'hyper');
  const epochs = numberField(hyper, 'epochs');
  const schedule = stepDecay({
    initial: numberField(hyper, 'lr'),
    milestones: numbersField(hyper, 'decay_epochs'),
    factor: numberField(hyper, 'rate'),
  });
  const run = { stepsPerEpoch: 1, totalSteps: epochs };
  const rates = Array.from({ length: epochs }, (_, epoch) => schedule(scheduleTime(epoch, run)));
  return {
    changes: rates.flatMap((lr, epoch) => (lr === rates[epoch - 1] ? [] : [{ epoch: epoch + 1, lr }])),
    last: rates.at(-1)!,
  };
};
