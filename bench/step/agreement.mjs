/** Training amplifies rounding, so that only the first losses can be compared, and loosely. */
const COMPARED_STEPS = 3;
const TOLERANCE = 1e-3;

/**
 * The largest difference between what both sides computed in their first steps, relative to the largest value.
 * Throws when it is not rounding: then they did not do the same work.
 */
export function requireAgreement({ name, comparedSteps = COMPARED_STEPS }, ours, theirs) {
  const difference = Math.max(
    ...ours.slice(0, comparedSteps).map((values, step) => relativeDifference(values, theirs[step])),
  );
  if (!(difference <= TOLERANCE)) {
    throw new Error(
      `${name}: the sides disagree by ${difference} (${ours[0].slice(0, 3)} and ${theirs[0].slice(0, 3)}), so their times cannot be compared.`,
    );
  }
  return difference;
}

function relativeDifference(ours, theirs) {
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return ours.reduce((most, value, index) => Math.max(most, Math.abs(value - theirs[index])), 0) / largest;
}
