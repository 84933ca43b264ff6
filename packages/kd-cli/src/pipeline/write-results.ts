import { join } from 'node:path';
import type { Storage } from 'kd-train';
import { reportPage } from '../report/page.ts';
import type { RunReport } from '../report/report-data.ts';

const utf8 = new TextEncoder();

/** Writes `report.html` and `metrics.json`; answers with the path of the report. */
export async function writeResults(storage: Storage, report: RunReport): Promise<string> {
  await storage.write('metrics.json', utf8.encode(`${JSON.stringify(report, null, 2)}\n`));
  await storage.write('report.html', utf8.encode(reportPage(report)));
  return join(storage.location, 'report.html');
}
