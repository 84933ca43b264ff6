import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import { headline } from './headline.ts';
import { escapeHtml, html } from './html.ts';
import { reportPage } from './page.ts';
import type { RunReport } from './report-data.ts';
import { textSummary } from './text-summary.ts';

const voidElements = new Set(['meta']);

/** Names of elements that are opened and not closed, or closed and not opened. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing, name, selfClosing] of page.matchAll(/<(\/?)([a-zA-Z][\w]*)[^>]*?(\/?)>/g)) {
    if (closing === '/') {
      if (open.pop() !== name) wrong.push(name!);
    } else if (selfClosing !== '/' && !voidElements.has(name!)) open.push(name!);
  }
  return [...wrong, ...open];
}

describe('html', () => {
  it('escapes what is put in, and only that', () => {
    expect(escapeHtml(`<a href="x" b='y'>&</a>`)).toBe(
      '&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;&lt;/a&gt;',
    );
    expect(html`<b>${'<i>'}</b>${[html`<u>${1}</u>`, undefined, false]}`.text).toBe(
      '<b>&lt;i&gt;</b><u>1</u>',
    );
  });
});

describe('the report', () => {
  const page = reportPage(sampleReport());

  it('holds the results', () => {
    expect(page).toContain('Distillation makes the student 1.26 points more accurate');
    expect(page).toContain('98.56 <span class="spread">± 0.27</span>');
    expect(page).toContain('seed 5, student distilled: 97.1');
    expect(page).toContain('Student distilled 97.42 ± 0.68 % (KL divergence 0.125 ± 0.000 nats).');
    expect(page).toContain('names the same class as the trained network for all 2250 predictions');
    expect(page).toContain('CC BY 4.0');
  });

  it('asks the network for nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|javascript:|\son\w+=/i);
    expect(page).not.toMatch(/(src|href|url\()\s*=?\s*["']?\s*(https?:)?\/\//i);
    expect(page).toContain('default-src &#39;none&#39;');
  });

  it('closes every element', () => {
    expect(unbalanced(page)).toEqual([]);
    expect(unbalanced('<p><b></p>')).not.toEqual([]);
  });

  it('names and describes every chart, under ids that are not used twice', () => {
    const charts = [
      ...page.matchAll(
        /<svg class="chart" [^>]*aria-labelledby="([^"]+)"[^>]*><title id="([^"]+)">([^<]+)<\/title><desc id="([^"]+)">([^<]+)<\/desc>/g,
      ),
    ];
    const all = [...page.matchAll(/<svg class="chart"/g)];
    expect(charts).toHaveLength(all.length);
    expect(all.length).toBe(9);
    for (const [, labelled, title, , description] of charts) expect(labelled).toBe(`${title} ${description}`);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('draws numbers only', () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
    expect(reportPage(sampleReport(1))).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('says nothing of what is not known of a teacher that is a file', () => {
    const report = sampleReport();
    const networks = report.networks.map(({ parameters, macs, latency, ...rest }) =>
      rest.role === 'teacher' ? rest : { ...rest, parameters, macs, latency },
    ) as RunReport['networks'];
    const page = reportPage({ ...report, networks });
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
    expect(page).not.toContain('than its teacher');
    expect(page).toMatch(
      /Teacher<small>[^<]+<\/small><\/th>(<td>.+?<\/td>){3}<td><\/td><td><\/td><td>[\d.]+ MB/,
    );
    expect(textSummary({ ...report, networks }, createColors(false))).not.toMatch(/NaN|undefined/);
  });

  it('lets no text out of its place', () => {
    const attack = '"><script>alert(1)</script><i x=\'';
    const poisoned = JSON.parse(
      JSON.stringify(sampleReport(), (key, value: unknown) =>
        typeof value === 'string' && !['role', 'format', 'split', 'createdAt'].includes(key) ? attack : value,
      ),
    ) as RunReport;
    const result = reportPage(poisoned);
    expect(result).not.toContain('<script');
    expect(result).not.toContain('<i ');
    expect(result).toContain('&lt;script&gt;');
    expect(unbalanced(result)).toEqual([]);
  });

  it('does without what a run does not have', () => {
    const full = sampleReport(1);
    const { exported: _, ...rest } = full;
    const lean = reportPage({ ...rest, networks: full.networks.filter(({ role }) => role === 'distilled') });
    expect(unbalanced(lean)).toEqual([]);
    expect(lean).not.toContain('paired');
    expect(lean).not.toMatch(/NaN|undefined/);
  });
});

describe('headline', () => {
  const withDistilled = (top1: readonly number[]): RunReport => {
    const report = sampleReport(top1.length);
    return {
      ...report,
      networks: report.networks.map((network) =>
        network.role === 'distilled'
          ? {
              ...network,
              runs: network.runs.map((run, index) => ({
                ...run,
                metrics: { ...run.metrics, top1: top1[index]! },
              })),
            }
          : network,
      ),
    };
  };

  it('claims a difference only when the interval leaves zero out', () => {
    // Alone: 0.951, 0.956, 0.949, 0.944, 0.958.
    expect(headline(withDistilled([0.941, 0.946, 0.939, 0.933, 0.949]))).toBe(
      'Distillation makes the student 1.00 point less accurate',
    );
    expect(headline(withDistilled([0.99, 0.91, 0.99, 0.91, 0.99]))).toBe(
      'Distillation makes no clear difference to the accuracy',
    );
    expect(headline(withDistilled([0.961]))).toContain(
      'With one seed, the distilled student scores 1.00 point more',
    );
  });
});

describe('a teacher that learned from more images than its students', () => {
  const withTransfer = (transfer: number): RunReport => {
    const report = sampleReport();
    return { ...report, dataset: { ...report.dataset, samples: { ...report.dataset.samples, transfer } } };
  };
  const sentence = 'The teacher learned from 1078 labelled images, both students from 179 of them.';

  it('is spoken of beside the results, on the page and in the terminal', () => {
    expect(reportPage(withTransfer(179))).toContain(sentence);
    const lines = textSummary(withTransfer(179), createColors(false)).split('\n');
    expect(lines).toContain(sentence);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(80);
  });

  it('is spoken of with one student where there is but one', () => {
    const report = withTransfer(179);
    const networks = report.networks.filter(({ role }) => role !== 'alone');
    expect(networks).toHaveLength(report.networks.length - 1);
    expect(reportPage({ ...report, networks })).toContain('labelled images, the student from 179 of them.');
  });

  it('is not spoken of when all learned from the same', () => {
    expect(reportPage(withTransfer(1078))).not.toContain('The teacher learned from');
  });
});

describe('the summary for a terminal', () => {
  it('fits 80 columns', () => {
    const text = textSummary(sampleReport(), createColors(false));
    expect(Math.max(...text.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(text).toMatch(/distilled - alone, paired +\+1\.26 ± 0\.40/);
    expect(text).toMatch(/Student +5\.21 k +46\.9 k +23\.8 kB +0\.059 +0\.093/);
  });
});
