import { tfjsWebgpu } from '../provider.ts';
import { describeProvider } from './describe-provider.ts';

await describeProvider(tfjsWebgpu, { trainingStep: 'tiny', optional: true });
