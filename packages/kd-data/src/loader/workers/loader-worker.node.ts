import { nodeFilePlatform } from './file-platform.node.ts';
import { openParentPort } from './parent-port.ts';
import { serveLoader } from './serve-loader.ts';

serveLoader(openParentPort()!, nodeFilePlatform);
