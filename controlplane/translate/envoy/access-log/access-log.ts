import type { MessageInitShape } from '@bufbuild/protobuf';
import type { SubstitutionFormatStringSchema } from '#envoy/envoy/config/core/v3/substitution_format_string_pb.ts';
import { FileAccessLogSchema } from '#envoy/envoy/extensions/access_loggers/file/v3/file_pb.ts';
import type { Logging, LoggingFormat } from '../../../model/types.ts';
import type { Report } from '../../problems.ts';
import { formatProblem } from './access-log-format.ts';
import type { Options } from '../../options.ts';
import type { AccessLogInit } from '../connection-manager.ts';
import { otlpLog } from './otlp-log.ts';
import { extension } from '../typed.ts';

type FormatInit = MessageInitShape<typeof SubstitutionFormatStringSchema>;

/**
 * Returns the logs of HTTP requests: the model's file, unless Envoy would reject its format, and OTLP, if the proxy asks for it.
 */
export function accessLogs(
  logging: Logging | undefined,
  where: string,
  { otlpLogs }: Pick<Options, 'otlpLogs'>,
  report: Report,
): readonly AccessLogInit[] {
  const file = logging?.accessLog?.file;
  if (file === undefined) return otlpLogs ? [otlpLog(undefined)] : [];
  const problem = formatTexts(file.format)
    .map((text) => formatProblem(text, 'all'))
    .find((each) => each !== undefined);
  if (problem !== undefined) {
    report(`${where}/logging`, `no access log is written: ${problem}`);
    return otlpLogs ? [otlpLog(undefined)] : [];
  }
  const format = file.format === undefined ? undefined : substitution(file.format);
  return [
    extension('envoy.access_loggers.file', FileAccessLogSchema, {
      path: file.path,
      ...(format === undefined ? {} : { accessLogFormat: { case: 'logFormat', value: format } }),
    }),
    ...(otlpLogs ? [otlpLog(file.format)] : []),
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
