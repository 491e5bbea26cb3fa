import type { MessageInitShape } from '@bufbuild/protobuf';
import type { SubstitutionFormatStringSchema } from '#envoy/envoy/config/core/v3/substitution_format_string_pb.ts';
import { FileAccessLogSchema } from '#envoy/envoy/extensions/access_loggers/file/v3/file_pb.ts';
import type { Logging, LoggingFormat } from '../../../model/types.ts';
import type { Report } from '../../problems.ts';
import { formatProblem } from './access-log-format.ts';
import type { AccessLogInit } from '../connection-manager.ts';
import { extension } from '../typed.ts';

type FormatInit = MessageInitShape<typeof SubstitutionFormatStringSchema>;

/** Returns the log of HTTP requests; empty if none is configured, or if Envoy would reject its format. */
export function accessLogs(
  logging: Logging | undefined,
  where: string,
  report: Report,
): readonly AccessLogInit[] {
  const file = logging?.accessLog?.file;
  if (file === undefined) return [];
  const problem = formatTexts(file.format)
    .map((text) => formatProblem(text, 'all'))
    .find((each) => each !== undefined);
  if (problem !== undefined) {
    report(`${where}/logging`, `no access log is written: ${problem}`);
    return [];
  }
  const format = file.format === undefined ? undefined : substitution(file.format);
  return [
    extension('envoy.access_loggers.file', FileAccessLogSchema, {
      path: file.path,
      ...(format === undefined ? {} : { accessLogFormat: { case: 'logFormat', value: format } }),
    }),
  ];
}

function formatTexts({ text, json }: LoggingFormat = {}): readonly string[] {
  return [...(text === undefined ? [] : [text]), ...(json ?? []).map(({ value }) => value)];
}

function substitution({ text, json }: LoggingFormat): FormatInit | undefined {
  if (json !== undefined) {
    const pairs = json.map(({ key, value }): [string, string] => [key, value]);
    return { format: { case: 'jsonFormat', value: Object.fromEntries(pairs) } };
  }
  if (text === undefined) return undefined;
  return {
    format: { case: 'textFormatSource', value: { specifier: { case: 'inlineString', value: text } } },
  };
}
