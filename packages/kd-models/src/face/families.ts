import type { ModelFamily } from '../registry/model-family.ts';
import { iresnetFamily } from './iresnet-family.ts';
import { mobileFaceNetFamily } from './mobile-face-net-family.ts';
import { pocketNetFamily } from './pocket-net-family.ts';

/** Networks that embed faces. */
export const faceFamilies: readonly ModelFamily[] = [iresnetFamily, mobileFaceNetFamily, pocketNetFamily];
