import type { LogitMethodOptions } from '../methods/logits/logit-method.ts';
import type { OptionDescription } from './method-entry.ts';

export const teacherOption: OptionDescription = {
  kind: 'integer',
  minimum: 0,
  default: 0,
  about: 'index of the teacher',
};

export const logitTransformOption: OptionDescription = {
  kind: 'logitTransform',
  default: 'none',
  about: 'what is done to the logits of both networks before they are compared',
};

export function temperatureOption(temperature: number, from: string): OptionDescription {
  return {
    kind: 'temperature',
    default: temperature,
    about: 'divides the logits before the softmax',
    from,
  };
}

/** The options that every logit method takes. */
export function logitOptions(
  temperature: number,
  from: string,
): Readonly<Record<keyof Required<LogitMethodOptions>, OptionDescription>> {
  return {
    temperature: temperatureOption(temperature, from),
    logitTransform: logitTransformOption,
    teacher: teacherOption,
  };
}
