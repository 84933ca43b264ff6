import { arrayDataset } from '../../array-dataset.ts';
import type { AsyncDataset, Dataset } from '../../dataset.ts';
import type { DatasetSpec } from '../../dataset-spec.ts';
import type { ImageFiles, ImageFilesSpec } from '../../image-files/image-files.ts';
import { labelledImages } from '../../image-files/labelled-images.ts';
import type { DecoderName, ImageDecoder } from '../../images/image-decoder.ts';
import { joinDatasets } from '../../join-datasets.ts';
import { subset } from '../../subset.ts';

/** What data sets of files need, which is not the same in Node and in browsers. */
export interface FilePlatform {
  openFiles(spec: ImageFilesSpec): Promise<Omit<ImageFiles, 'paths'>>;
  openDecodedFile(path: string): Dataset;
  openDecoder(name: DecoderName): Promise<ImageDecoder>;
}

/** The data set of which this is the `spec`. */
export async function openDataset(
  spec: DatasetSpec,
  platform: FilePlatform,
): Promise<Dataset | AsyncDataset> {
  // A subset of images that are decoded when they are asked for is one of such images, whatever its type says.
  const openPart = async (part: DatasetSpec): Promise<Dataset> =>
    (await openDataset(part, platform)) as Dataset;
  switch (spec.kind) {
    case 'arrays':
      return arrayDataset(spec.options);
    case 'subset':
      return subset(await openPart(spec.dataset), spec.indices, { name: spec.name });
    case 'joined':
      return joinDatasets(await Promise.all(spec.datasets.map(openPart)), { name: spec.name });
    case 'decoded file':
      return platform.openDecodedFile(spec.path);
    case 'images': {
      const { files, layout, reading, decoder } = spec;
      return labelledImages(await platform.openFiles(files), layout, {
        ...reading,
        decoder: await platform.openDecoder(decoder),
      });
    }
  }
}
