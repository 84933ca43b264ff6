import { activationBoundary } from './activation-boundary.ts';
import { afd } from './afd.ts';
import { attention, attentionAsInPaper } from './attention.ts';
import { catkd } from './cat-kd.ts';
import { crd } from './crd.ts';
import { ctkd } from './ctkd.ts';
import { dist } from './dist.ts';
import { dkd } from './dkd.ts';
import { factorTransfer } from './factor-transfer.ts';
import { fsp } from './fsp.ts';
import { hint } from './hint.ts';
import { hinton, hintonTotal } from './hinton.ts';
import { ickd } from './ickd.ts';
import { kdsvd } from './kdsvd.ts';
import type { LossAdapter } from './loss-adapter.ts';
import { lskd } from './lskd.ts';
import { arcface, marginInsightface } from './margins.ts';
import { mgd } from './mgd.ts';
import { mlkd } from './mlkd.ts';
import { nkd } from './nkd.ts';
import { ofd } from './ofd.ts';
import { progressiveSelf } from './progressive-self.ts';
import {
  correlationKernel,
  neighbourCorrelation,
  neuronSelectivity,
  probabilisticTransfer,
  relational,
  representationInformation,
  similarityPreserving,
} from './relations.ts';
import { simkd, srrl } from './reused-classifier.ts';
import { reviewKd } from './review-kd.ts';
import { semckd } from './semckd.ts';
import { agreeToDisagree, confidenceAware } from './several-teachers.ts';
import { teacherFree } from './teacher-free.ts';
import { ttm } from './ttm.ts';
import { uskd } from './uskd.ts';
import { vid } from './vid.ts';

/** By the name of the fixture file. A further loss is one line here and one small adapter. */
export const lossAdapters: Readonly<Record<string, LossAdapter>> = {
  ab: activationBoundary,
  fsp,
  ft: factorTransfer,
  mgd,
  ofd,
  vid,
  catkd,
  crd,
  simkd,
  srrl,
  afd,
  arcface,
  at: attention,
  at_paper: attentionAsInPaper,
  hint,
  kd: hinton,
  kd_total: hintonTotal,
  margin_insightface: marginInsightface,
  reviewkd: reviewKd,
  semckd,
  cc: neighbourCorrelation,
  cc_kernel: correlationKernel,
  ickd,
  itrd: representationInformation,
  kdsvd,
  nst: neuronSelectivity,
  pkt: probabilisticTransfer,
  rkd: relational,
  sp: similarityPreserving,
  ctkd,
  dist,
  dkd,
  lskd,
  mlkd,
  nkd,
  ttm,
  aekd: agreeToDisagree,
  camkd: confidenceAware,
  pskd: progressiveSelf,
  tfkd: teacherFree,
  uskd,
};
