import type { CommandDefinition } from './command.ts';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'demo',
    arguments: '',
    description: 'Distil a network on handwritten digits and compare it with one trained alone',
    options: [
      { flags: '--quick', description: 'A shorter run, to see that everything works' },
      { flags: '--resume', description: 'Go on with an interrupted run of the same settings' },
      { flags: '--seeds <number>', description: 'Paired runs, each with its own seed (default: 5)' },
      {
        flags: '--output <folder>',
        description: 'Where the report and the networks go (default: runs/demo)',
      },
      { flags: '--threads <number>', description: 'Processor threads to use (default: the backend chooses)' },
      { flags: '--split <name>', description: "Evaluate on 'test' or, to choose settings, 'validation'" },
      { flags: '--backend <id>', description: 'The backend to run on (default: auto, the best one here)' },
    ],
    examples: ['--quick', '--seeds 10 --output runs/ten-seeds', '--resume'],
    load: async () => (await import('../commands/demo.ts')).demoCommand,
  },
  {
    name: 'distill',
    arguments: '<config>',
    description: 'Distil a student as a .json, .ts, .mts or .mjs file describes',
    options: [
      { flags: '--resume', description: 'Go on from the last checkpoint in the output folder' },
      { flags: '--overwrite', description: 'Start anew in an output folder that holds an earlier run' },
      { flags: '--threads <number>', description: 'Processor threads to use (default: the backend chooses)' },
      {
        flags: '--backend <id>',
        description: "The backend to run on (default: the configuration's, else auto)",
      },
    ],
    examples: ['distill.config.mts', 'distill.json --resume'],
    load: async () => (await import('../commands/distill.ts')).distillCommand,
  },
  {
    name: 'models',
    arguments: '[name]',
    description: 'List the networks with what they cost, or show one with its taps',
    options: [
      { flags: '--family <name>', description: 'Only networks of one family' },
      {
        flags: '--input <shape>',
        description: 'Height, width and channels, such as 32x32x3 (default: what each was made for)',
      },
      { flags: '--classes <number>', description: 'Classes (default: 100)' },
      { flags: '--json', description: 'Print JSON' },
    ],
    examples: ['', 'resnet20', '--family vgg --input 64x64x3', '--json'],
    load: async () => (await import('../commands/models.ts')).modelsCommand,
  },
  {
    name: 'doctor',
    arguments: '',
    description: 'Show which backends can run here and how fast, and why others cannot',
    options: [{ flags: '--json', description: 'Print JSON' }],
    examples: ['', '--json'],
    load: async () => (await import('../commands/doctor.ts')).doctorCommand,
  },
];
