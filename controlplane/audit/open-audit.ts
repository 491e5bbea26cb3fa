import type { FastifyInstance } from 'fastify';
import type { Log } from '../../common/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { addAudit } from './audit.ts';
import { openLineFile, type LineFile } from './line-file.ts';

/** Options of the audit. `region`: the region in the events. `metrics`: counts written, dropped and skipped events. */
export type OpenAuditOptions = { readonly region: string; readonly log: Log; readonly metrics: Metrics };

/** Writes changes and denials to a file, which is reopened on SIGHUP. The caller closes it at the end. */
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
