const COLUMNS = [
  ['case', ({ name }) => name.padEnd(24)],
  ['ours ms', ({ oursMs }) => oursMs.toFixed(1)],
  ['torch ms', ({ torchMs }) => torchMs?.toFixed(1)],
  ['ratio', ({ ratio }) => ratio?.toFixed(2)],
  ['of rounds', ({ ratioOfRounds: of }) => of && `${of.lowest.toFixed(2)}-${of.highest.toFixed(2)}`],
  ['GFLOP/s', ({ oursGflops, torchGflops }) => pair(oursGflops, torchGflops)],
  ['peak MB', ({ oursPeakMb, torchPeakMb }) => pair(oursPeakMb, torchPeakMb)],
  ['trace ms', ({ traceMs }) => traceMs.toFixed(0)],
  ['session ms', ({ sessionMs }) => sessionMs.toFixed(0)],
  ['JS ms', ({ overheadMs }) => overheadMs.toFixed(2)],
  ['difference', ({ difference }) => difference?.toExponential(0)],
  ['torch layout', ({ torchLayout }) => torchLayout],
];

const WIDTHS = [24, 9, 9, 7, 11, 10, 11, 10, 11, 8, 11, 15];

export function printHead() {
  console.log(line(COLUMNS.map(([title], index) => (index === 0 ? title.padEnd(24) : title))));
}

export function printCase(result) {
  console.log(line(COLUMNS.map(([, cell]) => cell(result) ?? '-')));
}

export const legend = `
ms: medians of all steps. ratio: ours / torch; of rounds: the lowest and highest ratio of one round's medians.
GFLOP/s and peak MB (resident memory of the process): ours/torch. 2 operations a multiply-accumulate, backward = 2 forward.
trace, session: once, before the first step. JS: what a step takes besides ONNX Runtime's run.
difference: largest of the first losses or logits, relative to the largest value.`;

function pair(ours, theirs) {
  return `${ours.toFixed(0)}/${theirs?.toFixed(0) ?? '-'}`;
}

function line(cells) {
  return cells.map((cell, index) => cell.padStart(WIDTHS[index])).join('');
}
