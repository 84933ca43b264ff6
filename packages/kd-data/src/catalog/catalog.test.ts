import { describe, expect, it } from 'vitest';
import { digits } from '../digits/digits.ts';
import { channelStatistics } from '../transforms/channel-statistics.ts';
import { datasetCatalog, datasetEntry } from './catalog.ts';

const archives = datasetCatalog.flatMap((entry) => entry.forms.flatMap((form) => form.archives));

describe('datasetCatalog', () => {
  it('has names, forms and files that differ', () => {
    expect(new Set(datasetCatalog.map((entry) => entry.name)).size).toBe(datasetCatalog.length);
    for (const { forms, splits } of datasetCatalog) {
      expect(new Set(forms.map((form) => form.name)).size).toBe(forms.length);
      const files = forms.flatMap((form) => Object.values(form.parts).flat());
      expect(new Set(files).size).toBe(files.length);
      for (const { parts, archives } of forms) {
        const packed = archives.map(({ file }) => file);
        for (const { within } of archives) expect([undefined, ...packed]).toContain(within);
        if (Object.keys(parts).length > 0) expect(Object.keys(parts)).toEqual(Object.keys(splits));
        else expect(archives).toEqual([]);
      }
    }
  });

  it.each(datasetCatalog)('$name agrees with itself', (entry) => {
    const { classes, classNames, normalization, inputShape } = entry;
    if (classNames !== undefined) {
      expect(classNames).toHaveLength(classes);
      expect(new Set(classNames).size).toBe(classes);
    }
    const channels = inputShape?.[2] ?? 3;
    expect(normalization?.mean).toHaveLength(channels);
    expect(normalization?.standardDeviation).toHaveLength(channels);
    for (const samples of Object.values(entry.splits)) expect(samples).toBeGreaterThan(classes);
  });

  it('has digests of the right form, and a way to every archive', () => {
    for (const { file, urls, access, checksums, contentSha256 } of archives) {
      expect(checksums.md5 ?? checksums.sha256, file).toBeDefined();
      if (checksums.md5 !== undefined) expect(checksums.md5, file).toMatch(/^[0-9a-f]{32}$/);
      for (const sha256 of [checksums.sha256, contentSha256]) {
        if (sha256 !== undefined) expect(sha256, file).toMatch(/^[0-9a-f]{64}$/);
      }
      expect(urls.length > 0 || access !== undefined, file).toBe(true);
      for (const url of urls) expect(new URL(url).pathname, url).toMatch(new RegExp(`/${file}$`));
    }
  });

  it('gives an entry by its name, and the names for another', () => {
    expect(datasetEntry('svhn').splits).toEqual({ train: 73_257, test: 26_032, extra: 531_131 });
    expect(() => datasetEntry('cifar')).toThrow(/no data set 'cifar' .* 'cifar10', 'cifar100'/);
  });

  it('has what the digits are', () => {
    const dataset = digits();
    const entry = datasetEntry('digits');
    expect(entry).toMatchObject({ classes: dataset.classes, inputShape: dataset.inputShape });
    expect(entry.splits).toEqual({ all: dataset.length });
    const { mean, standardDeviation } = channelStatistics(dataset);
    expect(entry.normalization!.mean[0]).toBeCloseTo(mean[0]!, 4);
    expect(entry.normalization!.standardDeviation[0]).toBeCloseTo(standardDeviation[0]!, 4);
  });
});
