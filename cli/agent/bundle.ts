import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { errorText } from '../../common/error-text.ts';
import { CommandError } from '../errors.ts';
import { askAgent } from './ask.ts';
import { findSocket } from './find-socket.ts';
import { makeTar, type TarFile } from './tar.ts';

/** Options of `daybreak agent bundle`. `socket`: instead of the one that is found. */
export type BundleOptions = { readonly file?: string; readonly socket?: string };

const RULES_LIMIT_MS = 5000;
const RULES = ['iptables-save', 'ip6tables-save'] as const;

/**
 * Writes the state of the running agent and its Envoy to one archive (.tar.gz, mode 0600) and prints its path. The agent strikes out the
 * secrets that it knows. A part that could not be read contains the reason instead.
 * @throws CommandError if no agent answers, or the file exists or cannot be written
 */
export async function agentBundle(
  env: NodeJS.ProcessEnv,
  options: BundleOptions,
  stdout: Pick<NodeJS.WritableStream, 'write'>,
): Promise<void> {
  const path = options.socket ?? (await findSocket(env));
  const now = new Date();
  const top = `daybreak-agent-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  const list = await askAgent({ path }, '/bundle');
  const names = JSON.parse(list.body) as readonly string[];
  const files: TarFile[] = [];
  for (const name of names) files.push(file(`${top}/${name}`, await part(path, name)));
  for (const program of RULES) files.push(file(`${top}/host/${program}.txt`, await rules(program)));
  const target = options.file ?? `${top}.tar.gz`;
  try {
    writeFileSync(target, gzipSync(makeTar(files, now)), { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new CommandError(`cannot write ${target}`, { cause });
  }
  stdout.write(`${target}\n`);
}

function file(name: string, text: string): TarFile {
  return { name, content: Buffer.from(text) };
}

async function part(path: string, name: string): Promise<string> {
  try {
    const { status, body } = await askAgent({ path }, `/bundle/${name}`);
    return status === 200 ? body : `not available: ${body}`;
  } catch (error) {
    return `not available: ${errorText(error)}\n`;
  }
}

/** The agent's user may not read the rules; root may. */
async function rules(program: string): Promise<string> {
  try {
    return (await promisify(execFile)(program, { timeout: RULES_LIMIT_MS, maxBuffer: 16 * 1024 * 1024 }))
      .stdout;
  } catch (error) {
    return `not available, run as root to have the rules: ${errorText(error)}\n`;
  }
}
