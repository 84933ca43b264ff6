import type { DatasetEntry } from '../dataset-entry.ts';

const names =
  'Faces Faces_easy Leopards Motorbikes accordion airplanes anchor ant barrel bass beaver binocular bonsai ' +
  'brain brontosaurus buddha butterfly camera cannon car_side ceiling_fan cellphone chair chandelier ' +
  'cougar_body cougar_face crab crayfish crocodile crocodile_head cup dalmatian dollar_bill dolphin ' +
  'dragonfly electric_guitar elephant emu euphonium ewer ferry flamingo flamingo_head garfield gerenuk ' +
  'gramophone grand_piano hawksbill headphone hedgehog helicopter ibis inline_skate joshua_tree kangaroo ' +
  'ketch lamp laptop llama lobster lotus mandolin mayfly menorah metronome minaret nautilus octopus okapi ' +
  'pagoda panda pigeon pizza platypus pyramid revolver rhino rooster saxophone schooner scissors scorpion ' +
  'sea_horse snoopy soccer_ball stapler starfish stegosaurus stop_sign strawberry sunflower tick trilobite ' +
  'umbrella watch water_lilly wheelchair wild_cat windsor_chair wrench yin_yang';

export const caltech101Entry: DatasetEntry = {
  name: 'caltech101',
  title: 'Caltech-101',
  homepage: 'https://data.caltech.edu/records/mzrjq-6wc02',
  classes: 101,
  classNames: names.split(' '),
  splits: { all: 8_677 },
  normalization: {
    mean: [0.485, 0.456, 0.406],
    standardDeviation: [0.229, 0.224, 0.225],
    source: "ImageNet's (torchvision's reference training), as published training code has them",
  },
  forms: [
    {
      name: 'images',
      layout:
        'JPEG images of many sizes, a few of them grey: 101_ObjectCategories/CLASS/image_NNNN.jpg. The folder BACKGROUND_Google is no class. It has no parts of its own.',
      parts: { all: ['101_ObjectCategories/'] },
      archives: [
        {
          file: 'caltech-101.zip',
          urls: ['https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip'],
          checksums: { md5: '3138e1922a9193bfa496528edbbc45d0' },
          packing: 'zip',
          root: 'caltech-101',
        },
        {
          file: '101_ObjectCategories.tar.gz',
          urls: [],
          access: 'It is inside caltech-101.zip.',
          within: 'caltech-101.zip',
          bytes: 131_740_031,
          checksums: {
            md5: 'b224c7392d521a49829488ab0f1120d9',
            sha256: 'af6ece2f339791ca20f855943d8b55dd60892c0a25105fcd631ee3d6430f9926',
          },
          packing: 'tar.gz',
          root: '101_ObjectCategories',
          into: '101_ObjectCategories',
        },
      ],
    },
  ],
  licence: 'CC BY 4.0',
  attribution: 'Caltech-101, F.-F. Li, M. Andreeto, M. Ranzato and P. Perona (2003), CC BY 4.0',
  citation:
    'L. Fei-Fei, R. Fergus, P. Perona. Learning Generative Visual Models from Few Training Examples. CVPR Workshop on Generative-Model Based Vision, 2004.',
};
