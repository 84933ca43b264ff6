import { expect, it } from 'vitest';
import { settingsText } from './settings-text.ts';

it('writes settings as words, whatever they hold', () => {
  expect(settingsText(0.1)).toBe('0.1');
  expect(settingsText({ name: 'lion' })).toBe('lion');
  expect(
    settingsText({ name: 'sgd', momentum: 0.9, nesterov: true, decay: 'coupled', groups: undefined }),
  ).toBe('sgd (momentum 0.9, nesterov, decay coupled)');
  expect(
    settingsText({
      name: 'sequence',
      parts: [{ schedule: { name: 'step', initial: 1, milestones: [1, 2] }, epochs: 3 }, { schedule: 0.5 }],
      perEpoch: false,
    }),
  ).toBe(
    'sequence (parts [(schedule step (initial 1, milestones [1, 2]), epochs 3), (schedule 0.5)], no perEpoch)',
  );
});
