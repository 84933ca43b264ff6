import { describe, expect, it } from 'vitest';
import { Progress } from './progress.ts';
import { TimeLeft } from './time-left.ts';

/** Enough of a terminal to see what a reader sees: one line that `\r` and erase-to-end act upon. */
class Screen {
  readonly lines: string[] = [];
  raw = '';
  current = '';
  widest = 0;
  columns: number | undefined;
  #column = 0;

  constructor(columns?: number) {
    this.columns = columns;
  }

  write(text: string): void {
    this.raw += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal speaks in control characters
    for (const token of text.match(/\u001B\[[\d;]*[A-Za-z]|[\s\S]/gu) ?? []) {
      if (token === '\r') this.#column = 0;
      else if (token === '\u001B[K') this.current = this.current.slice(0, this.#column);
      else if (token === '\n') {
        this.lines.push(this.current);
        this.current = '';
        this.#column = 0;
      } else if (!token.startsWith('\u001B')) {
        this.current = this.current.slice(0, this.#column) + token + this.current.slice(this.#column + 1);
        this.#column += 1;
        this.widest = Math.max(this.widest, this.current.length);
      }
    }
  }
}

const phases = [
  { label: 'teacher', kind: 'teacher', steps: 100 },
  { label: 'student', kind: 'student', steps: 100 },
];

function setUp(options: { columns?: number; interactive?: boolean; color?: boolean } = {}) {
  const screen = new Screen(options.columns);
  const time = { now: 0 };
  const progress = new Progress({
    stream: screen,
    phases,
    interactive: options.interactive ?? true,
    color: options.color ?? false,
    now: () => time.now,
  });
  return { screen, time, progress };
}

describe('the interactive line', () => {
  it('tells phase, steps, loss, speed and time left', () => {
    const { screen, time, progress } = setUp({ columns: 100 });
    progress.nextPhase();
    time.now = 5000;
    progress.update(50, 1.25);
    // 50 steps in 5 s: 50 more teacher steps and 100 student steps, thought equally fast, take 15 s.
    expect(screen.current).toBe(
      `teacher  ${'━'.repeat(8)}${'─'.repeat(22)}   50/100  loss 1.250  10 steps/s  0:15 left`,
    );
  });

  it('smooths the loss and starts anew in each phase', () => {
    const { screen, time, progress } = setUp({ columns: 100 });
    progress.nextPhase();
    for (let step = 1; step <= 100; step++) {
      time.now += 100;
      progress.update(step, step % 2 === 0 ? 1 : 3);
    }
    expect(screen.current).toMatch(/loss (1\.9\d\d|2\.0\d\d) /);
    progress.nextPhase();
    time.now += 100;
    progress.update(1, 7);
    expect(screen.current).toContain('loss 7.000');
    expect(screen.current).toContain('student');
  });

  it('shows the last validation until the next phase, and 80 columns hold everything', () => {
    const { screen, time, progress } = setUp({ columns: 80 });
    progress.nextPhase();
    time.now = 5000;
    progress.update(50, 1.25);
    time.now = 6000;
    progress.validated(0.7123);
    expect(screen.current).toMatch(/ 50\/100 {2}loss 1\.250 {2}val 71\.2 % {2}10 steps\/s {2}0:15 left$/);
    progress.nextPhase();
    time.now = 7000;
    progress.update(1, 2);
    expect(screen.current).not.toContain('val');
  });

  it('goes on showing a loss after one that is not finite', () => {
    const { screen, time, progress } = setUp({ columns: 80 });
    progress.nextPhase();
    for (const [step, loss] of [
      [1, 2],
      [2, Number.NaN],
      [3, Number.POSITIVE_INFINITY],
      [4, 2],
    ] as const) {
      time.now += 1000;
      progress.update(step, loss);
    }
    expect(screen.current).toContain('loss 2.000');
  });

  it.each([200, 80, 60, 40, 24, 12, 5, 1])('never writes past a terminal of %i columns', (columns) => {
    const { screen, time, progress } = setUp({ columns });
    progress.nextPhase();
    for (let step = 1; step <= 100; step++) {
      time.now += 1000;
      progress.update(step, 12_345.678);
    }
    expect(screen.widest).toBeLessThanOrEqual(Math.max(1, columns - 1));
    expect(screen.raw).not.toContain('\n');
  });

  it('writes steps as quantities', () => {
    const screen = new Screen(80);
    const time = { now: 0 };
    const progress = new Progress({
      stream: screen,
      phases: [{ label: 'a.zip', kind: 'downloading', steps: 200e6 }],
      quantity: (bytes) => `${bytes / 1e6} MB`,
      interactive: true,
      color: false,
      now: () => time.now,
    });
    progress.nextPhase(50e6);
    time.now = 5000;
    progress.update(100e6);
    // 50 MB in 5 s: the other 100 MB take 10 s.
    expect(screen.current).toMatch(/^a\.zip {2}━+─+ {3}100 MB of 200 MB {2}10 MB\/s {2}0:10 left$/);
  });

  it('takes 80 columns for those that a terminal does not tell', () => {
    const lineAt = (columns?: number): string => {
      const { screen, progress } = setUp(columns === undefined ? {} : { columns });
      progress.nextPhase();
      return screen.current;
    };
    expect(lineAt(0)).toBe(lineAt(80));
    expect(lineAt()).toBe(lineAt(80));
  });

  it('leaves a clean screen, and notes above it', () => {
    const { screen, time, progress } = setUp({ columns: 80 });
    progress.nextPhase();
    time.now = 1000;
    progress.update(10, 1);
    progress.note('checkpoint written');
    expect(screen.lines).toEqual(['checkpoint written']);
    expect(screen.current).toContain('10/100');
    progress.stop();
    progress.stop();
    expect(screen.current).toBe('');
    expect(screen.lines).toEqual(['checkpoint written']);
  });

  it('redraws no more often than the eye can see', () => {
    const { screen, time, progress } = setUp({ columns: 80 });
    progress.nextPhase();
    for (let step = 1; step <= 100; step++) {
      time.now += 1;
      progress.update(step, 1);
    }
    expect(screen.raw.split('\r').length - 1).toBeLessThanOrEqual(3);
  });

  it('has no escape for colour unless asked', () => {
    for (const color of [false, true]) {
      const { screen, progress } = setUp({ columns: 80, color });
      progress.nextPhase();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
      expect(/\u001B\[\d+m/.test(screen.raw)).toBe(color);
    }
  });
});

describe('plain lines', () => {
  it('come every five seconds and at the end of a phase, without control characters', () => {
    const { screen, time, progress } = setUp({ interactive: false });
    progress.nextPhase();
    for (let step = 1; step <= 100; step++) {
      time.now += 100;
      progress.update(step, 2);
    }
    progress.nextPhase();
    progress.stop();
    expect(screen.raw).not.toContain('\r');
    expect(screen.raw).not.toContain('\u001B');
    expect(screen.lines[0]).toBe('[0:00] teacher  0/100');
    expect(screen.lines[1]).toBe('[0:05] teacher  50/100  loss 2.000  10 steps/s  0:15 left');
    expect(screen.lines.filter((line) => line.includes('100/100'))).toHaveLength(1);
  });

  it('come more seldom the longer a run takes, at last once a minute', () => {
    const { screen, time, progress } = setUp({ interactive: false });
    progress.nextPhase();
    const linesIn = (seconds: number): number => {
      const before = screen.lines.length;
      for (let second = 0; second < seconds; second++) {
        time.now += 1000;
        // Fewer steps than there are, so that each is a new one.
        progress.update(time.now / 1e6, 2);
      }
      return screen.lines.length - before;
    };
    expect(linesIn(60)).toBe(12);
    linesIn(3540);
    expect(linesIn(3600)).toBe(60);
  });
});

describe('TimeLeft', () => {
  it('knows the speed of each kind apart', () => {
    const left = new TimeLeft(phases);
    expect(left.seconds()).toBeNaN();
    left.record('teacher', 100, 50);
    expect(left.seconds()).toBe(50);
    left.record('student', 10, 1);
    expect(left.seconds()).toBeCloseTo(9);
    left.skip('student', 90);
    expect(left.seconds()).toBe(0);
  });
});
