export { type ExportOnnxOptions, exportOnnx } from './export-onnx.ts';
export { type ImageLayout, imagesInLayout } from './image-layout.ts';
export { type Latency, type LatencyOptions, measureLatency } from './measure-latency.ts';
export {
  type OnnxRunner,
  type VerificationResult,
  type VerifyOnnxOptions,
  verifyOnnx,
} from './verify-onnx.ts';
