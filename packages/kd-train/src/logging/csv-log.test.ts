import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvLogOptions, csvLog, type LogFile, memoryLogFile, type TrainingEvent } from '../index.ts';
import { epochEvent, evaluationEvent, startEvent, stepEvent } from '../testing/events.ts';
import { formatCsvRow, parseCsv } from './csv.ts';

const textOf = async (file: LogFile): Promise<string> => new TextDecoder().decode(await file.read());

async function write(
  file: LogFile,
  events: readonly TrainingEvent[],
  options: CsvLogOptions = {},
): Promise<void> {
  const sink = csvLog(file, options);
  for (const event of events) await sink.write(event);
  await sink.close?.();
}

async function tableOf(file: LogFile): Promise<Record<string, string>[]> {
  const [header, ...rows] = parseCsv(await textOf(file));
  return rows.map((row) => {
    expect(row).toHaveLength(header!.length);
    return Object.fromEntries(header!.map((name, index) => [name, row[index]!]));
  });
}

describe('CSV', () => {
  it('quotes as RFC 4180 says', () => {
    expect(formatCsvRow(['a', 'b,c', 'd"e', 'f\ng', ''])).toBe('a,"b,c","d""e","f\ng",\r\n');
  });

  it('comes back as it was, but for a last row without an end', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\r', '\n', ' ', 'é') });
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), (rows) => {
        const text = rows.map(formatCsvRow).join('');
        expect(parseCsv(text)).toEqual(rows);
        expect(parseCsv(`${text}torn,ro`)).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });
});

describe('csvLog', () => {
  it('has a row an epoch, with the columns of a validation also before there is one', async () => {
    const file = memoryLogFile();
    await write(file, [
      startEvent(),
      stepEvent(0),
      stepEvent(1),
      epochEvent(0),
      stepEvent(2),
      stepEvent(3),
      evaluationEvent(1),
      epochEvent(1),
      epochEvent(2),
    ]);
    const text = await textOf(file);
    expect(text.split('\r\n')[0]).toBe(
      'network,stage,type,epoch,updates,time,loss,accuracy,validation/top1,validation/top5,validation/nll,validation/brier,validation/ece,terms/hinton,validation/meanConfidence,validation/mce,validation/adaptiveEce,validation/aurc,validation/eAurc',
    );
    const rows = await tableOf(file);
    expect(rows.map(({ type, epoch, updates }) => [type, epoch, updates])).toEqual([
      ['epoch', '0', '2'],
      ['epoch', '1', '4'],
      ['epoch', '2', '4'],
    ]);
    expect(rows[1]).toMatchObject({ network: 'student', loss: '2.5', accuracy: '0.5', 'terms/hinton': '2' });
    expect(rows.map((row) => row['validation/top1'])).toEqual(['', '0.75', '']);
  });

  it('has rows of steps where they are asked for, and moves no column for new ones', async () => {
    const file = memoryLogFile();
    const options = { steps: true, everySteps: 2 };
    await write(file, [startEvent(), stepEvent(0), stepEvent(1), epochEvent(0)], {
      ...options,
      network: 'teacher',
    });
    const before = (await textOf(file)).split('\r\n')[0]!;
    await write(file, [startEvent(), stepEvent(1, { terms: { 'a,b': 7 }, loss: Number.NaN })], options);
    const text = await textOf(file);
    expect(text.startsWith(`${before},"terms/a,b"\r\n`)).toBe(true);
    const rows = await tableOf(file);
    expect(rows.map(({ network, type, updates, loss }) => [network, type, updates, loss])).toEqual([
      ['teacher', 'step', '2', '9'],
      ['teacher', 'epoch', '2', '2.5'],
      ['student', 'step', '2', 'NaN'],
    ]);
    expect(rows[0]).toMatchObject({
      learningRate: '0.5',
      'scalars/temperature': '4',
      accuracy: '0.75',
      'terms/a,b': '',
    });
    expect(rows[2]!['terms/a,b']).toBe('7');
  });

  it('drops what a resumed run tells again, and half a row', async () => {
    const file = memoryLogFile();
    await write(file, [startEvent(), stepEvent(1), epochEvent(0), stepEvent(3), epochEvent(1)]);
    await file.append(new TextEncoder().encode('student,ma'));
    await write(file, [startEvent(2, { resumedFrom: 'step-2' }), stepEvent(3), epochEvent(1, { loss: 1.5 })]);
    expect((await tableOf(file)).map(({ epoch, loss }) => [epoch, loss])).toEqual([
      ['0', '2.5'],
      ['1', '1.5'],
    ]);
  });

  it('refuses a file that is another table', async () => {
    const file = memoryLogFile('prices.csv');
    await file.append(new TextEncoder().encode('day,price\r\n1,2\r\n'));
    await expect(write(file, [startEvent()])).rejects.toThrow(
      /prices.csv holds another table, whose columns begin with day, price/,
    );
    expect(await textOf(file)).toBe('day,price\r\n1,2\r\n');
  });
});
