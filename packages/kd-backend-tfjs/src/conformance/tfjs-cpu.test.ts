import { tfjsCpu } from '../provider.ts';
import { describeProvider } from './describe-provider.ts';

await describeProvider(tfjsCpu, { trainingStep: 'tiny' });
