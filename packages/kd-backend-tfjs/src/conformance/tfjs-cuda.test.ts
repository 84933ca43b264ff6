import { tfjsCuda } from '../provider.ts';
import { describeProvider } from './describe-provider.ts';

await describeProvider(tfjsCuda, { trainingStep: 'resnet8', optional: true });
