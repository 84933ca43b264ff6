import {
  type CurriculumTemperatureOptions,
  curriculumTemperature,
} from '../temperatures/curriculum-temperature.ts';
import type { TemperatureProvider } from '../temperatures/temperature-provider.ts';
import type { Citation } from './method-entry.ts';
import type { PlugInCatalog, PlugInEntry } from './plug-in-entry.ts';

export type TemperatureOptions = {
  curriculum: CurriculumTemperatureOptions;
};

/** What `curriculumTemperature` takes. */
export const curriculumOptions: PlugInEntry<CurriculumTemperatureOptions, TemperatureProvider>['options'] = {
  kind: {
    kind: 'choice',
    values: ['global', 'instance'],
    default: 'global',
    about: 'one temperature for all samples, or one for each',
    from: 'reference code',
  },
  lowest: {
    kind: 'number',
    minimum: 0,
    default: 1,
    about: 'the temperature stays above it',
    from: 'reference code',
  },
  range: {
    kind: 'number',
    above: 0,
    default: 20,
    about: 'the temperature stays below lowest + range',
    from: 'reference code',
  },
  initialTemperature: {
    kind: 'number',
    above: 0,
    default: '15.62 (global), 4 (instance)',
    about: 'temperature at the start',
    from: 'reference code (global); our choice (instance)',
  },
  hiddenUnits: {
    kind: 'integer',
    minimum: 1,
    default: 128,
    about: 'units of the hidden layer that gives the temperatures of kind instance',
    from: 'our choice: nothing is published',
  },
  epochs: {
    kind: 'number',
    minimum: 1,
    default: 10,
    about: 'epochs until the gradient is reversed in full',
    from: 'reference code',
  },
  initialReversal: {
    kind: 'number',
    minimum: 0,
    maximum: 1,
    default: 0,
    about: 'strength of the reversed gradient before the first epoch',
    from: 'reference code',
  },
  finalReversal: {
    kind: 'number',
    minimum: 0,
    maximum: 1,
    default: 1,
    about: 'strength of the reversed gradient after all these epochs',
    from: 'reference code',
  },
  reversal: {
    kind: 'schedule',
    minimum: 0,
    maximum: 1,
    default: 'a cosine by epochs, initialReversal and finalReversal',
    about: 'strength of the reversed gradient; 0 leaves the temperature as it is',
    from: 'reference code',
  },
};

export const curriculumCitation: Citation = {
  authors: 'Li et al.',
  title: 'Curriculum Temperature for Knowledge Distillation',
  venue: 'AAAI',
  year: 2023,
  link: 'arXiv:2211.16231',
};

/** What the option `temperature` of a logit method takes beside numbers and schedules. */
export const temperatureCatalog: PlugInCatalog<TemperatureOptions, TemperatureProvider> = {
  curriculum: {
    title: 'Curriculum temperature (CTKD)',
    idea: 'The temperature is learned against the student, which makes its task harder epoch by epoch',
    confidence: 'reference code',
    citation: curriculumCitation,
    options: curriculumOptions,
    create: curriculumTemperature,
  },
};
