import { ortWasm, ortWebgpu } from 'kd-backend-ort';
import { pickBackend } from 'kd-core';
import { distilDigits } from './distil-digits.ts';
import { showDigit, showEpoch, showText } from './show.ts';

try {
  const wanted = new URLSearchParams(location.search).get('backend') ?? 'auto';
  const { backend, passedOver } = await pickBackend(wanted, [ortWebgpu, ortWasm]);
  const { name, threads, missing } = backend.device;
  const notes = [...passedOver.map(({ id, reason }) => `${id} was passed over: ${reason}`), ...missing];
  showText('backend', [`${backend.id} on ${name}, threads: ${threads}`, ...notes].join('; '));

  const { top1, samples } = await distilDigits(backend, showEpoch);
  showText('result', `Student on digits that neither network has seen: top-1 ${top1.toFixed(3)}`);
  for (const sample of samples) showDigit(sample);
  await backend.dispose();
} catch (error) {
  showText('result', `Failed: ${(error as Error).message}`);
  throw error;
}
