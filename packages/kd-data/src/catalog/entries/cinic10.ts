import { cifar10ClassNames } from '../../cifar/cifar10-class-names.ts';
import type { DatasetEntry } from '../dataset-entry.ts';

export const cinic10Entry: DatasetEntry = {
  name: 'cinic10',
  title: 'CINIC-10',
  homepage: 'https://github.com/BayesWatch/cinic-10',
  classes: 10,
  classNames: cifar10ClassNames,
  inputShape: [32, 32, 3],
  splits: { train: 90_000, valid: 90_000, test: 90_000 },
  normalization: {
    mean: [0.47889522, 0.47227842, 0.43047404],
    standardDeviation: [0.24205776, 0.23828046, 0.25874835],
    source: 'its authors (Darlow et al. 2018)',
  },
  forms: [
    {
      name: 'images',
      layout: 'PNG images of 32 x 32: train/CLASS/NAME.png, valid/CLASS/NAME.png, test/CLASS/NAME.png.',
      parts: { train: ['train/'], valid: ['valid/'], test: ['test/'] },
      archives: [
        {
          file: 'CINIC-10.tar.gz',
          urls: [
            'https://datashare.ed.ac.uk/bitstream/handle/10283/3192/CINIC-10.tar.gz',
            'https://datashare.is.ed.ac.uk/bitstream/handle/10283/3192/CINIC-10.tar.gz',
          ],
          bytes: 687_544_992,
          checksums: { md5: '6ee4d0c996905fe93221de577967a372' },
          packing: 'tar.gz',
        },
      ],
    },
  ],
  licence: 'CC BY 4.0',
  attribution: 'CINIC-10, L. Darlow, E. Crowley, A. Antoniou and A. Storkey (2018), CC BY 4.0',
  citation:
    'L. N. Darlow, E. J. Crowley, A. Antoniou, A. J. Storkey. CINIC-10 is not ImageNet or CIFAR-10. arXiv 1810.03505, 2018.',
};
