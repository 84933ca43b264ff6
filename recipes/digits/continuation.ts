import { onDigits } from './common.ts';

export default onDigits([{ name: 'continuation' }]);
