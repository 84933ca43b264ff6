// Is sent JPEG files, and decodes all of them each time that it is sent anything else.
import { parentPort } from 'node:worker_threads';
import { decodeImage } from 'kd-data';

let files = [];
parentPort.on('message', async (message) => {
  if (Array.isArray(message)) {
    files = message;
    return;
  }
  for (const file of files) await decodeImage(file);
  parentPort.postMessage('done');
});
