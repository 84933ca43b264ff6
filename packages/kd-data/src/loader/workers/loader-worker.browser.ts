import { browserFilePlatform } from './file-platform.browser.ts';
import { openParentPort } from './parent-port.ts';
import { serveLoader } from './serve-loader.ts';

serveLoader(openParentPort()!, browserFilePlatform);
