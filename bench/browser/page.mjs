// What runs in the browser: opens the step when it is asked for, and makes it.
import { openStep } from './open-step.mjs';

globalThis.openStep = async (options) => {
  const { makeStep, device } = await openStep(options);
  globalThis.makeStep = makeStep;
  return device;
};
