import type { DistillConfig } from '../config/config.ts';

/** Whether epochs are compared on the images that the report is about. */
export function chosenOnTest({ training }: Pick<DistillConfig, 'training'>): boolean {
  return training?.select?.on === 'test';
}

/** What a report must say where that is so. */
export const chosenOnTestNote =
  'The best epoch was chosen on the test images themselves (training.select.on), as some papers do: the accuracy is that of the luckiest epoch, and higher than on images that chose nothing.';
