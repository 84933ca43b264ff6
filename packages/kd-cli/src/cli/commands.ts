import type { CommandDefinition, OptionDefinition } from './command.ts';

/** How images in files are read. */
const imageOptions: readonly OptionDefinition[] = [
  {
    flags: '--channels <number>',
    description: 'Read images as grey (1) or RGB (3) (default: as the first one is)',
  },
  { flags: '--size <number>', description: 'Resize images to a square, and cut out its middle' },
  {
    flags: '--shorter-side <number>',
    description: 'With --size: what the shorter side is resized to first, such as 256 for 224',
  },
  {
    flags: '--layout <name>',
    description: "Files of a published data set as its authors lay them out, such as 'tiny-imagenet-200'",
  },
];

export const commands: readonly CommandDefinition[] = [
  {
    name: 'demo',
    arguments: '',
    description: 'Distil a network on handwritten digits and compare it with one trained alone',
    options: [
      { flags: '--quick', description: 'A shorter run, to see that everything works' },
      { flags: '--resume', description: 'Go on with an interrupted run of the same settings' },
      {
        flags: '--fall-back',
        description: 'With --resume: pass over a damaged checkpoint, and keep it aside',
      },
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
      {
        flags: '--fall-back',
        description: 'With --resume: pass over a damaged checkpoint, and keep it aside',
      },
      { flags: '--overwrite', description: 'Start anew in an output folder that holds an earlier run' },
      { flags: '--plan', description: 'Show what will be trained and what it costs, and train nothing' },
      {
        flags: '--dry-run <steps>',
        description: 'Make some steps with an untrained teacher, and write nothing',
      },
      { flags: '--threads <number>', description: 'Processor threads to use (default: the backend chooses)' },
      {
        flags: '--backend <id>',
        description: "The backend to run on (default: the configuration's, else auto)",
      },
    ],
    examples: ['distill.config.mts', 'distill.config.mts --plan', 'distill.json --resume'],
    load: async () => (await import('../commands/distill.ts')).distillCommand,
  },
  {
    name: 'cache',
    arguments: '<build|show> <config>',
    description: 'Keep what the teacher of a configuration says of each image, ahead of the training',
    options: [
      { flags: '--threads <number>', description: 'Processor threads to use (default: the backend chooses)' },
      {
        flags: '--backend <id>',
        description: "The backend to run on (default: the configuration's, else auto)",
      },
    ],
    examples: ['build distill.config.mts', 'show distill.config.mts'],
    load: async () => (await import('../commands/cache.ts')).cacheCommand,
  },
  {
    name: 'data',
    arguments: '<list|get> [name]',
    description: 'List data sets and where they are, or get one, fetched or from files on disk',
    options: [
      {
        flags: '--to <folder>',
        description: 'The folder of all data sets, each in its own (default: $KD_DATA, else data)',
      },
      { flags: '--from <path>', description: 'Take archives, or what they unpack to, that are on disk' },
      { flags: '--link', description: 'With --from: link to unpacked files, and do not copy them' },
      { flags: '--mirror <url>', description: 'A place to ask first, which has the archives by their names' },
      { flags: '--form <name>', description: "One of several forms, such as 'python' (default: the first)" },
      { flags: '--parts <names>', description: 'Parts, with commas between them (default: all)' },
      { flags: '--keep-archives', description: 'Keep archives, in downloads/, when they are unpacked' },
      { flags: '--json', description: 'Print the list as JSON' },
    ],
    examples: ['list', 'get cifar10', 'get svhn --parts train,test', 'get imagenet --from /mnt/ilsvrc2012'],
    load: async () => (await import('../commands/data.ts')).dataCommand,
  },
  {
    name: 'compare',
    arguments: '',
    description: 'Train recipes with several seeds, and compare them with the student alone',
    options: [
      {
        flags: '--methods <names>',
        description: "Recipes, with commas between them, or 'all' (default: all)",
      },
      { flags: '--seeds <number>', description: 'Runs of each recipe (default: 3)' },
      { flags: '--split <name>', description: "Measure on 'test' or, to choose settings, 'validation'" },
      { flags: '--recipes <folder>', description: 'Where the recipes are (default: recipes/digits)' },
      {
        flags: '--jobs <number>',
        description: 'Runs at a time, each on one thread (default: the number of cores)',
      },
      {
        flags: '--output <file>',
        description: 'The page of results, .md; beside it .json (default: results.md in --work)',
      },
      {
        flags: '--work <folder>',
        description: 'Keeps teachers and finished runs, which are not done again (default: runs/compare)',
      },
      { flags: '--overwrite', description: 'Do finished runs again' },
      { flags: '--backend <id>', description: 'The backend to run on (default: ort-cpu)' },
    ],
    examples: ['--methods hinton,fitnet', '--methods all --seeds 3 --output docs/results/digits.md'],
    load: async () => (await import('../commands/compare.ts')).compareCommand,
  },
  {
    name: 'eval',
    arguments: '',
    description: 'Measure a trained network, yours or from elsewhere, on labelled images',
    options: [
      {
        flags: '--weights <file>',
        description: 'Weights, as safetensors or of torch.save (.pth, .pt, .th), or a whole network as .onnx',
      },
      {
        flags: '--data <path>',
        description: "An archive (ZIP, tar) or a folder with images in CLASS/NAME.jpg or .png, or 'digits'",
      },
      {
        flags: '--model <name>',
        description: 'The network that the weights are of; kd models lists them. Not for .onnx',
      },
      {
        flags: '--normalize <name>',
        description:
          "A data set whose constants are meant, such as 'imagenet' or 'cifar10', or 'symmetric' or 'none'",
      },
      {
        flags: '--mean <numbers>',
        description: 'Subtracted from pixels of 0..1: a number a channel, with commas (default: see --std)',
      },
      {
        flags: '--std <numbers>',
        description: 'What the difference is divided by (default: what the weights say, else none)',
      },
      {
        flags: '--split <name>',
        description: 'The part of the data, a folder such as test, where there are several',
      },
      {
        flags: '--class-names <file>',
        description: "The network's classes in order, one a line (default: sorted folders)",
      },
      { flags: '--classes <number>', description: 'Classes of the network (default: those of the data)' },
      ...imageOptions,
      {
        flags: '--batch-size <number>',
        description: 'Images in a batch (default: by their size, at most 64)',
      },
      { flags: '--threads <number>', description: 'Processor threads to use (default: the backend chooses)' },
      { flags: '--backend <id>', description: 'The backend to run on (default: auto, the best one here)' },
      {
        flags: '--calibrate <share>',
        description:
          'Fit a temperature on this share of the images, such as 0.2, and measure it on the others',
      },
      { flags: '--per-class', description: 'Show accuracy, precision and the worst confusion of each class' },
      { flags: '--json <file>', description: 'Write all measures to a file, the confusion matrix too' },
    ],
    examples: [
      '--model resnet20-a --weights resnet20.safetensors --data test.zip --normalize imagenet',
      '--weights teacher.onnx --data photos --split val --mean 0.5,0.5,0.5 --std 0.25,0.25,0.25',
      '--weights runs/demo/student.onnx --data digits --calibrate 0.3 --per-class',
    ],
    load: async () => (await import('../commands/eval.ts')).evalCommand,
  },
  {
    name: 'hints',
    arguments: '<weights>',
    description: 'Find the layers of a teacher to be taught by, by clustering what they show',
    options: [
      {
        flags: '--data <path>',
        description: "Images to compare layers on: a ZIP archive, a folder, or 'digits'",
      },
      {
        flags: '--model <name>',
        description: 'The network that the weights are of (default: what they say)',
      },
      {
        flags: '--clusters <number>',
        description: 'Hint points, as many as the student has stages (default: 3)',
      },
      { flags: '--similarity <name>', description: "Of layers: 'cka', 'rbf-cka' or 'cca' (default: cka)" },
      {
        flags: '--center <name>',
        description: "Centre of a cluster: 'index-mean' or 'medoid' (default: index-mean)",
      },
      { flags: '--taps <names>', description: 'Layers, with commas between them (default: all blocks)' },
      { flags: '--samples <number>', description: 'Images at most (default: 10000)' },
      { flags: '--output <file>', description: 'Where the hint points go (default: hints.json)' },
      { flags: '--split <name>', description: 'The part of the data (default: for digits, train)' },
      {
        flags: '--normalize <name>',
        description:
          "A data set whose constants are meant, such as 'imagenet' or 'cifar10', or 'symmetric' or 'none'",
      },
      { flags: '--mean <numbers>', description: 'As for kd eval' },
      { flags: '--std <numbers>', description: 'As for kd eval' },
      { flags: '--classes <number>', description: 'Classes of the network (default: those of the data)' },
      ...imageOptions,
      {
        flags: '--batch-size <number>',
        description: 'Images in a batch (default: by their size, at most 64)',
      },
      { flags: '--threads <number>', description: 'Processor threads to use (default: the backend chooses)' },
      { flags: '--backend <id>', description: 'The backend to run on (default: auto, the best one here)' },
    ],
    examples: [
      'teacher.safetensors --data train.zip --clusters 3 --similarity cka --output hints.json',
      'runs/demo/teacher.safetensors --data digits',
    ],
    load: async () => (await import('../commands/hints.ts')).hintsCommand,
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
      {
        flags: '--classes <number>',
        description: 'Classes (default: 100; none for face networks, which then end in their embedding)',
      },
      { flags: '--json', description: 'Print JSON' },
    ],
    examples: ['', 'resnet20', '--family vgg --input 64x64x3', '--json'],
    load: async () => (await import('../commands/models.ts')).modelsCommand,
  },
  {
    name: 'methods',
    arguments: '[name]',
    description: 'List the methods of distillation, or show the page of one',
    options: [
      { flags: '--family <name>', description: 'Only methods of one family' },
      { flags: '--json', description: 'Print JSON' },
    ],
    examples: ['', 'dkd', '--family logits'],
    load: async () => (await import('../commands/methods.ts')).methodsCommand,
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
