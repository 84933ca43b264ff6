import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOutFiles } from './file-layout.ts';

const what = 'The folder';
const read = (paths: readonly string[], options = {}) => layOutFiles(paths, options, what);

describe('layOutFiles', () => {
  it('takes classes from folders, in the order of their names', () => {
    expect(read(['dog/2.jpg', 'cat/b.PNG', 'dog/10.jpeg', 'cat/a.jpg'])).toEqual({
      classNames: ['cat', 'dog'],
      files: [
        { path: 'cat/a.jpg', label: 0 },
        { path: 'cat/b.PNG', label: 0 },
        { path: 'dog/10.jpeg', label: 1 },
        { path: 'dog/2.jpg', label: 1 },
      ],
    });
  });

  it('gives every image its folder, whatever the order and whatever lies above', () => {
    const className = fc
      .stringMatching(/^[A-Za-z0-9_ -]{1,8}$/)
      .filter((name) => !/^(train|val|test)/i.test(name));
    const samples = fc.uniqueArray(fc.tuple(className, fc.stringMatching(/^[a-z0-9]{1,6}$/)), {
      selector: (sample) => sample.join('/'),
      minLength: 1,
      maxLength: 20,
    });
    const above = fc.constantFrom('', 'test/', 'data/', 'data/set/Validation/', 'train/');
    fc.assert(
      fc.property(samples, above, (drawn, prefix) => {
        const { classNames, files } = read(drawn.map(([name, file]) => `${prefix}${name}/${file}.jpg`));
        expect(classNames).toEqual([...new Set(drawn.map(([name]) => name))].sort());
        expect(files).toHaveLength(drawn.length);
        for (const { path, label } of files) expect(path.split('/').at(-2)).toBe(classNames[label]);
        const order = files.map(({ path, label }) => `${String(label).padStart(3, '0')} ${path}`);
        expect(order).toEqual([...order].sort());
      }),
    );
  });

  it('chooses a part', () => {
    const paths = ['set/train/a/1.jpg', 'set/train/b/2.jpg', 'set/test/a/3.jpg'];
    expect(read(paths, { split: 'test' })).toEqual({
      classNames: ['a'],
      files: [{ path: 'set/test/a/3.jpg', label: 0 }],
    });
    expect(() => read(paths)).toThrow("has the parts 'test', 'train'. Choose one of them by 'split'.");
    expect(() => read(paths, { split: 'val' })).toThrow("has no part 'val', but 'test', 'train'.");
    expect(() => read(['a/1.jpg'], { split: 'val' })).toThrow("has no part 'val', but the folders 'a'.");
    expect(read(['clean/a/1.jpg', 'test/b/1.jpg'], { split: 'clean' }).classNames).toEqual(['a']);
  });

  it('takes given class names in their order, also those without images', () => {
    const { classNames, files } = read(['test/b/1.jpg', 'test/a/1.jpg'], { classNames: ['b', 'c', 'a'] });
    expect(classNames).toEqual(['b', 'c', 'a']);
    expect(files.map(({ path, label }) => [path, label])).toEqual([
      ['test/b/1.jpg', 0],
      ['test/a/1.jpg', 2],
    ]);
    // A class may even have the name of a part.
    expect(read(['test/x/1.jpg', 'pass/x/1.jpg'], { classNames: ['pass', 'test'] }).files).toHaveLength(2);
    expect(() => read(['x/1.jpg'], { classNames: ['a', 'b'] })).toThrow(
      "class folder 'x', which is none of the given class names: 'a', 'b'",
    );
    expect(() => read(['a/1.jpg'], { classNames: ['a', 'a'] })).toThrow('two are equal');
  });

  it('takes images below folders of a class, and leaves out what is no image', () => {
    const paths = [
      'n01/images/1.JPEG',
      'n02/images/1.JPEG',
      'n01/boxes.txt',
      '__MACOSX/n01/._1.jpg',
      '.git/x/1.jpg',
    ];
    expect(read(paths).files.map(({ path }) => path)).toEqual(['n01/images/1.JPEG', 'n02/images/1.JPEG']);
    expect(() => read(['a/readme.txt'])).toThrow('holds no images (.jpg, .jpeg, .png).');
    expect(() => read([])).toThrow('holds no images');
  });

  it.each([[['1.jpg']], [['a/1.jpg', '2.jpg']], [['test/a/1.jpg', 'test/2.jpg']]])(
    'refuses images without a class folder: %j',
    (paths) => {
      expect(() => read(paths)).toThrow(/lies in no class folder. Images belong into CLASS\/NAME.jpg/);
    },
  );
});
