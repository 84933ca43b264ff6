export {
  elementTypes,
  type MadeAttribute,
  type MadeGraph,
  type MadeNode,
  type MadeTensor,
  type MadeValue,
  makeOnnx,
} from './make-onnx.ts';
export { type ThirdPartyModel, type ThirdPartyModelName, thirdPartyModels } from './third-party-models.ts';
