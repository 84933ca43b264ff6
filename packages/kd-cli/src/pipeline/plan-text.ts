import type { Colors } from '../cli/host.ts';
import type { NormalizationConfig } from '../config/normalization-config.ts';
import type { StudyConfig } from '../config/study-config.ts';
import { bytes, quantity, significant } from '../text/format-number.ts';
import { settingsText } from '../text/settings-text.ts';
import { table } from '../text/table.ts';
import type { NetworkCost, PlanFacts, TermCost, TrainingLength, UpdateSettings } from './plan-facts.ts';

/** What `kd distill --plan` prints. */
export function planText(
  {
    data,
    augmentation,
    views = {},
    normalization,
    teacher,
    kept,
    student,
    updates,
    training,
    study,
    warmUp,
    terms,
    deployed,
  }: PlanFacts,
  colors: Colors,
): string {
  const { samples } = data;
  const shared = samples.transfer === samples.train ? '' : ` (the student sees ${samples.transfer} of them)`;
  const facts = [
    [
      'Data',
      `${data.name}: ${samples.train} samples to train on${shared}, ${samples.validation} to validate, ${samples.test} to test; ${data.inputShape.join('x')}, ${data.classes} classes`,
    ],
    ['Images', imageLines({ augmentation, views, normalization })],
    ['Teacher', [cost(teacher), teacher.training && `trained first: ${length(teacher.training)}`]],
    ...(kept === undefined
      ? []
      : [
          [
            'Kept',
            `${quantity(kept.images)} outputs of the teacher, of ${counted(kept.variants, 'image')} of each sample: ${bytes(kept.bytes)}`,
          ] as const,
        ]),
    ...(warmUp === undefined
      ? []
      : [
          [
            'Warm-up',
            [
              `by ${warmUp.method}: ${length(warmUp)}`,
              warmUp.keepsStudent ? 'the student goes on from there' : 'the student begins afresh after it',
            ],
          ] as const,
        ]),
    ['Student', [cost(student), length(student.training)]],
    ['Updates', updateLines(updates)],
    ...(training === undefined ? [] : [['Training', settingsText(training).slice(1, -1)] as const]),
    ...(study === undefined ? [] : [['Study', studyLines(study)] as const]),
    ...(deployed === undefined
      ? []
      : [['Deployed', `${deployed.architecture}, ${quantity(deployed.parameters)} parameters`] as const]),
  ] as const;
  const lines = facts.map(([label, value]) => {
    const text = typeof value === 'string' ? value : value.filter((part) => part !== undefined).join('; ');
    return `${colors.bold(label.padEnd(9))} ${text}`;
  });
  const rows = [
    ['Term', 'weight', 'own parameters', 'memory', 'MACs a step'],
    ...terms.map(cells),
    ...(terms.length > 1 ? [totals(terms)] : []),
  ];
  return [
    ...lines,
    '',
    table(rows, colors),
    '',
    'MACs are multiply-accumulates of forward passes over the samples of a step. Training takes about three times those of',
    'the student and of the terms, for the gradients, and those of the teacher once.',
  ].join('\n');
}

/** One part for the images themselves, one for each further view, and one for what is done to all of them. */
function imageLines({
  augmentation,
  views = {},
  normalization,
}: Pick<PlanFacts, 'views'> & {
  readonly augmentation: PlanFacts['augmentation'];
  readonly normalization: PlanFacts['normalization'];
}): string[] {
  const text = (settings: object | undefined): string => {
    const words = settingsText(settings ?? {}).slice(1, -1);
    return words === '' ? 'as they are' : words;
  };
  return [
    text(augmentation),
    ...Object.entries(views).map(([name, settings]) => `view '${name}': ${text(settings)}`),
    ...(normalization === undefined ? [] : [normalizationText(normalization)]),
  ];
}

function normalizationText(normalization: NormalizationConfig): string {
  if (typeof normalization !== 'string') return `normalised by ${settingsText(normalization).slice(1, -1)}`;
  return `normalised as ${normalization === 'dataset' ? "the data set's own" : normalization}`;
}

/** The teacher's only where they are others. */
function updateLines({ teacher, student }: PlanFacts['updates']): string[] {
  const [own, others] = [updateText(student), teacher && updateText(teacher)];
  return others === undefined || others === own ? [own] : [own, `the teacher's: ${others}`];
}

function updateText({ optimizer, learningRate }: UpdateSettings): string {
  return `${settingsText(optimizer)}, learning rate ${settingsText(learningRate)}`;
}

function studyLines({ seeds = 1, studentAlone = false, liveTeacherEpochs = 0 }: StudyConfig): string[] {
  return [
    `${counted(seeds, 'seed')} of the student`,
    ...(studentAlone ? ['each also alone'] : []),
    ...(liveTeacherEpochs > 0
      ? [`${counted(liveTeacherEpochs, 'epoch')} once more with the teacher in each step`]
      : []),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function cost({ architecture, parameters, macs, passes }: NetworkCost): string {
  return [
    architecture,
    ...(parameters === undefined ? [] : [`${quantity(parameters)} parameters`]),
    passes === 0
      ? 'not asked by any term'
      : macs === undefined
        ? 'runs beside the step'
        : `${quantity(macs)} MACs a step${passes === 1 ? '' : ` in ${passes} passes`}`,
  ].join(', ');
}

function length({ epochs, stepsPerEpoch, batchSize }: TrainingLength): string {
  return `${counted(epochs * stepsPerEpoch, 'step')} of ${batchSize} samples (${counted(epochs, 'epoch')} of ${stepsPerEpoch})`;
}

function cells({ name, weight, parameters, stateBytes, macs }: TermCost): string[] {
  const factor = typeof weight === 'number' ? significant(weight, 3) : weight.name;
  return [name, factor, quantity(parameters), bytes(stateBytes), quantity(macs)];
}

function totals(terms: readonly TermCost[]): string[] {
  const sum = (value: (term: TermCost) => number): number =>
    terms.reduce((total, term) => total + value(term), 0);
  return [
    'all',
    '',
    quantity(sum(({ parameters }) => parameters)),
    bytes(sum(({ stateBytes }) => stateBytes)),
    quantity(sum(({ macs }) => macs)),
  ];
}
