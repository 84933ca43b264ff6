import { median, minimum } from '../lib/statistics.mjs';

/**
 * Prints the median of each round and side, the ratio of the first side to the second in each round, and what
 * stands over all rounds. `rounds` is a list by round of a list by side of what the sides answered.
 */
export function report({ names, warmUps, rounds }) {
  const compares = names.length > 1;
  const columns = (cells) => cells.map((cell) => cell.padStart(12)).join('');
  const ratios = [];
  console.log(`\nround${columns([...names.map((name) => `${name} ms`), ...(compares ? ['ratio'] : [])])}`);
  for (const [index, results] of rounds.entries()) {
    const medians = results.map(({ milliseconds }) => median(milliseconds));
    const cells = medians.map((value) => value.toFixed(1));
    if (compares) {
      ratios.push(medians[0] / medians[1]);
      cells.push(ratios.at(-1).toFixed(2));
    }
    console.log(`${String(index + 1).padStart(5)}${columns(cells)}`);
  }

  console.log(`\n${''.padEnd(10)}${columns(['median ms', 'minimum ms', 'steps'])}`);
  const allOf = (side) => rounds.flatMap((results) => results[side].milliseconds);
  for (const [side, name] of names.entries()) {
    const all = allOf(side);
    const cells = [median(all).toFixed(1), minimum(all).toFixed(1), String(all.length)];
    console.log(`${name.padEnd(10)}${columns(cells)}`);
  }

  const outsideRun = rounds.flatMap((results) => results[0].outsideRun);
  console.log(`\nJavaScript outside the session run: ${median(outsideRun).toFixed(2)} ms a step (median)`);
  if (compares) {
    const ratioOfMinima = minimum(allOf(0)) / minimum(allOf(1));
    console.log(
      `${names.join(' / ')}: ${median(ratios).toFixed(2)} (median of ${ratios.length} rounds), ${ratioOfMinima.toFixed(2)} (of the minima)`,
    );
    console.log(
      `Largest relative difference of the first losses: ${lossDifference(warmUps).toExponential(1)}`,
    );
  }
}

/** Over the first three steps only: training amplifies rounding, so later losses drift apart. */
function lossDifference([first, second]) {
  const differences = first.losses
    .slice(0, 3)
    .map((loss, step) => Math.abs(loss - second.losses[step]) / second.losses[step]);
  return Math.max(...differences);
}
