import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  ComparisonFilter_Op as Op,
  type AccessLogFilterSchema,
} from '#envoy/envoy/config/accesslog/v3/accesslog_pb.ts';
import type { AccessLogType } from '#envoy/envoy/data/accesslog/v3/accesslog_pb.ts';
import { ExpressionFilterSchema } from '#envoy/envoy/extensions/access_loggers/filters/cel/v3/cel_pb.ts';
import {
  ConfigSchema,
  Config_Histogram_Unit as Unit,
} from '#envoy/envoy/extensions/access_loggers/stats/v3/stats_pb.ts';
import type { AccessLogInit } from '../connection-manager.ts';
import { extension } from '../typed.ts';

/** A condition on a log entry. */
export type LogCondition = Exclude<MessageInitShape<typeof AccessLogFilterSchema>, { $typeName: string }>;

/** Names and values of dimensions; a value is a format of Envoy's access log. */
export type Dimensions = Readonly<Record<string, string>>;

/** A metric and the number that an entry adds to it: 1, or in `of` the command of the access log that gives the number. */
export type Counted = { readonly name: string; readonly add: 1 | { readonly of: string } };

/** Returns the logger that adds entries to counters `PREFIX.NAME`. */
export function counterLog(
  counted: readonly Counted[],
  dimensions: Dimensions,
  conditions: readonly LogCondition[],
  prefix: string = APP_MESH,
): AccessLogInit {
  const counters = counted.map(({ name, add }) => ({
    stat: statOf(name, dimensions),
    ...(add === 1 ? { valueFixed: BigInt(add) } : { valueFormat: add.of }),
  }));
  return logger(prefix, { counters }, conditions);
}

/** Returns the logger that records the duration of entries, in milliseconds, as the histogram `appmesh.NAME`. */
export function durationLog(
  name: string,
  dimensions: Dimensions,
  conditions: readonly LogCondition[],
): AccessLogInit {
  const stat = statOf(name, dimensions);
  return logger(
    APP_MESH,
    { histograms: [{ stat, unit: Unit.Milliseconds, valueFormat: '%DURATION%' }] },
    conditions,
  );
}

/** Returns a filter for entries of a type. */
export function ofType(type: AccessLogType): LogCondition {
  return { filterSpecifier: { case: 'logTypeFilter', value: { types: [type] } } };
}

/** Returns a filter for entries whose status is at least or at most a number; without a response the status is 0. */
export function status(op: 'GE' | 'LE', than: number): LogCondition {
  const value = { defaultValue: than, runtimeKey: 'daybreak.metric_extension.status' };
  return { filterSpecifier: { case: 'statusCodeFilter', value: { comparison: { op: Op[op], value } } } };
}

/** Returns a filter for entries for which a CEL expression is true. */
export function expression(text: string): LogCondition {
  const filter = extension('envoy.access_loggers.extension_filters.cel', ExpressionFilterSchema, {
    expression: text,
  });
  return { filterSpecifier: { case: 'extensionFilter', value: filter } };
}

/** Escapes a text as a format that yields the text. */
export function literal(text: string): string {
  return text.replaceAll('%', '%%');
}

/** The prefix of the metrics extension. */
const APP_MESH = 'appmesh';

/** `stat_prefix` is deprecated since 1.39, but 1.37 knows nothing else. */
function logger(
  statPrefix: string,
  stats: Pick<MessageInitShape<typeof ConfigSchema>, 'counters' | 'histograms'>,
  [first, ...others]: readonly LogCondition[],
): AccessLogInit {
  const log = extension('envoy.access_loggers.stats', ConfigSchema, { statPrefix, ...stats });
  if (first === undefined) return log;
  if (others.length === 0) return { ...log, filter: first };
  const filter = { filterSpecifier: { case: 'andFilter' as const, value: { filters: [first, ...others] } } };
  return { ...log, filter };
}

function statOf(name: string, dimensions: Dimensions) {
  return { name, tags: Object.entries(dimensions).map(([tag, valueFormat]) => ({ name: tag, valueFormat })) };
}
