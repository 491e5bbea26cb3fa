import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import { REFUSED_STAT } from '../../common/contracts/refused-stat.ts';

const { prefix, name, tags } = REFUSED_STAT;

/** The query for Envoy's counters of refused callers, as a Prometheus page. */
export const REFUSALS_PATH = `/stats/prometheus?usedonly&filter=${encodeURIComponent(`^${prefix}\\.${name}\\.`)}`;

const LINE = new RegExp(`^envoy_${prefix}_${name}\\{(?<labels>.*)\\} (?<count>\\d+)$`, 'gmu');
const LABEL = /(?<label>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g;

/** Reads the counters of refused callers from a Prometheus page of Envoy. */
export function parseRefusals(page: string): readonly Refusal[] {
  return Array.from(page.matchAll(LINE), ({ groups }) => {
    const labels = new Map(
      Array.from((groups?.['labels'] ?? '').matchAll(LABEL), ({ groups: each }) => [
        each?.['label'] ?? '',
        unescape(each?.['value'] ?? ''),
      ]),
    );
    return {
      port: Number(labels.get(tags.port) ?? 0),
      caller: labels.get(tags.caller) ?? '',
      rule: labels.get(tags.line) ?? '',
      count: Number(groups?.['count']),
    };
  });
}

/** Undoes the escapes of Prometheus's text format. */
function unescape(value: string): string {
  return value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
}
