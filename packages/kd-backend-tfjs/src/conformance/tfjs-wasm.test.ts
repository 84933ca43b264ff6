import { tfjsWasm } from '../provider.ts';
import { describeProvider } from './describe-provider.ts';

await describeProvider(tfjsWasm, { trainingStep: 'resnet8' });
