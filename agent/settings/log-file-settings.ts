import { join } from 'node:path';
import { integer, type Parser, type Reader } from '../../common/settings.ts';
import { path } from './parsers/parsers.ts';

/** The file for the output of the agent and Envoy, and its rotation. */
export type LogFileSettings = {
  readonly path: string;
  /** Size at which the file is renamed and a new one begun. */
  readonly maxBytes: number;
  /** Number of renamed files to keep. */
  readonly keep: number;
};

const MEBIBYTE = 1_048_576;

/** Reads the settings of the log file. Undefined: the agent's own stdout and stderr. */
export function readLogFile(read: Reader): LogFileSettings | undefined {
  const folder = read('APPNET_ENVOY_LOG_DESTINATION', destination, undefined);
  const name = read('APPNET_ENVOY_LOG_NAME', fileName, 'appnet_envoy.log');
  const mebibytes = read('APPNET_AGENT_MAX_LOG_FILE_SIZE', size, 1);
  const keep = read('APPNET_AGENT_MAX_RETENTION_COUNT', integer(0, 10_000), 5);
  if (folder === undefined) return undefined;
  return { path: join(folder, name), maxBytes: Math.round(mebibytes * MEBIBYTE), keep };
}

/** The words with which App Mesh's agent describes its default, which some users write down. */
const STANDARD = ['stdout', 'stderr', 'stdout/stderr'];

const destination: Parser<string | undefined> = (value) =>
  STANDARD.includes(value) ? { value: undefined } : path(value);

const fileName: Parser<string> = (value) =>
  value !== '.' && value !== '..' && !/[/\0]/.test(value) && Buffer.byteLength(value) <= 240
    ? { value }
    : { wanted: 'the name of a file, without a folder, of at most 240 bytes' };

const size: Parser<number> = (value) => {
  const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : 0;
  return number >= 0.01 && number <= MEBIBYTE
    ? { value: number }
    : { wanted: 'a size in MiB from 0.01 to 1048576' };
};
