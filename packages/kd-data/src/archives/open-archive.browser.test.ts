import { expect, it } from 'vitest';
import { makeTar } from '../testing/make-tar.ts';
import { openArchive } from './open-archive.ts';

const content = Uint8Array.from({ length: 5000 }, (_, index) => index * 7);

it('reads tar and tar.gz files in a browser', async () => {
  const tar = makeTar([
    { name: 'a/1.jpg', content },
    { name: 'b/2.jpg', content: content.subarray(9) },
  ]);
  const packed = new Blob([tar]).stream().pipeThrough(new CompressionStream('gzip'));
  const compressed = await new Response(packed).blob();
  for (const source of [tar, new Blob([tar]), compressed]) {
    const { sizes, read } = await openArchive(source, { what: 'the archive' });
    expect([...sizes]).toEqual([
      ['a/1.jpg', 5000],
      ['b/2.jpg', 4991],
    ]);
    expect(await read('a/1.jpg')).toEqual(content);
    expect(await read('b/2.jpg')).toEqual(content.subarray(9));
  }
  await expect(openArchive(compressed.slice(0, 100), { what: 'the archive' })).rejects.toThrow(/cut off/);
});
