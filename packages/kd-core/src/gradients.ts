// The main entry of tfjs-core registers no gradients in Node, and the module that does cannot be imported
// there (extensionless imports). The build bundles it into this entry; tfjs-core's registries are global.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
