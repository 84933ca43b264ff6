import { attention, attentionAsInPaper } from './attention.ts';
import { hint } from './hint.ts';
import { hinton, hintonTotal } from './hinton.ts';
import type { LossAdapter } from './loss-adapter.ts';
import { arcface, marginInsightface } from './margins.ts';

/** By the name of the fixture file. A further loss is one line here and one small adapter. */
export const lossAdapters: Readonly<Record<string, LossAdapter>> = {
  arcface,
  at: attention,
  at_paper: attentionAsInPaper,
  hint,
  kd: hinton,
  kd_total: hintonTotal,
  margin_insightface: marginInsightface,
};
