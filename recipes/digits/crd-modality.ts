import type { DistillConfig } from 'kd-cli';
import { onDigits } from './common.ts';

const { teacher, ...common } = onDigits(
  [{ name: 'crossEntropy' }, { name: 'crdModality', weight: 0.8 }],
  // Another view of the same image stands for another sensor.
  { views: { covered: { padding: 1, cutout: 3 } } },
);

const config: DistillConfig = { ...common, teacher: { ...teacher, view: 'covered' } };

export default config;
