import { tfjsNode } from '../provider.ts';
import { describeProvider } from './describe-provider.ts';

await describeProvider(tfjsNode, { trainingStep: 'resnet8', optional: true });
