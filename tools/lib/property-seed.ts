import fc from 'fast-check';

/*
 * Property tests draw the same cases in every run, so that a change is judged by what it changes. With KD_PROPERTY_SEED=random
 * they draw others each time, and with a number those of that seed; a failure says which seed it had.
 */
const asked = globalThis.process?.env['KD_PROPERTY_SEED'];
if (asked !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked ?? 20260101) });
