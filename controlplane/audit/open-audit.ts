import type { FastifyInstance } from 'fastify';
import type { Log } from '../../common/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { addAudit } from './audit.ts';
import { openLineFile, type LineFile } from './line-file.ts';

/** What the audit says where its events come from, and whom it tells of what becomes of them. */
export type OpenAuditOptions = { readonly region: string; readonly log: Log; readonly metrics: Metrics };

/** Has changes and denials written to a file, which is opened anew on SIGHUP. To be closed at the end. */
export function openAudit(
  app: FastifyInstance,
  file: string,
  { region, log, metrics }: OpenAuditOptions,
): Pick<LineFile, 'close'> {
  const lines = openLineFile({ file, log, onLine: metrics.audit });
  process.on('SIGHUP', lines.reopen);
  addAudit(app, { append: lines.append, skip: () => metrics.audit('skipped'), region, now: Date.now });
  return {
    close: async () => {
      process.off('SIGHUP', lines.reopen);
      await lines.close();
    },
  };
}
