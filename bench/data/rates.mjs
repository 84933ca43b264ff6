import { setTimeout } from 'node:timers/promises';
import { median } from '../lib/statistics.mjs';

/**
 * Lets the contenders take turns, `rounds` each, and prints for each the median and the range of its images a second.
 * A contender has a name and `turn`, which gives the images that it made.
 */
export async function compareRates(title, contenders, rounds) {
  console.log(`\n${title}`);
  const rates = contenders.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { turn }] of contenders.entries()) {
      const { images, seconds } = await timed(turn);
      // The first round warms up: compilers, pages, workers.
      if (round > 0) rates[index].push(images / seconds);
      // What was made ahead of the end of a turn must not run in that of another.
      await setTimeout(100);
    }
  }
  for (const [index, { name }] of contenders.entries()) {
    const [low, middle, high] = [Math.min(...rates[index]), median(rates[index]), Math.max(...rates[index])];
    console.log(`  ${name.padEnd(44)} ${whole(middle)} images/s (${whole(low)} to ${whole(high)})`);
  }
}

/** The time that a turn says that it took, or else that of the clock. */
async function timed(turn) {
  const begin = performance.now();
  const { images, seconds } = await turn();
  return { images, seconds: seconds ?? (performance.now() - begin) / 1000 };
}

const whole = (rate) => Math.round(rate).toString().padStart(6);
