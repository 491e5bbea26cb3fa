import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRawSetting, type RawSettings } from './raw-settings.ts';
import { parseProxyConfiguration, withProblem, type ProxyConfiguration } from './proxy-configuration.ts';
import { PROXY_CONFIGURATION } from './sources.ts';

const RESOLV_CONF = '/etc/resolv.conf';
const METADATA_URI = 'ECS_CONTAINER_METADATA_URI_V4';
const METADATA_TRIES = 3;
const METADATA_SECONDS = 2;
const MAX_BYTES = 4 * 1024 * 1024;

/** Reads all sources of settings: flags, variables, the `proxyConfiguration` that they name, and the host's resolvers. */
export async function gather(flags: RawSettings['flags'], env: RawSettings['env']): Promise<RawSettings> {
  const without = { flags, env, properties: {}, problems: [], nameservers: [] };
  const { name, text } = findRawSetting(PROXY_CONFIGURATION, without);
  const configuration = text === '' ? undefined : await load(text.trim(), name, env);
  return { ...without, ...configuration, nameservers: await readNameservers() };
}

/** Loads a `proxyConfiguration`. `text` is JSON, `metadata` for the ECS metadata, or the path of a file. */
async function load(text: string, at: string, env: RawSettings['env']): Promise<ProxyConfiguration> {
  if (/^[{[]/.test(text)) return parseProxyConfiguration(text, at);
  if (text === 'metadata') return loadMetadata(at, env);
  try {
    return parseProxyConfiguration(await readFile(text, 'utf8'), `${at}=${text}`);
  } catch (error) {
    return withProblem(at, text, `JSON, metadata, or a file that can be read (${(error as Error).message})`);
  }
}

/** Reads the metadata of the task, which has the labels of all its containers. */
async function loadMetadata(at: string, env: RawSettings['env']): Promise<ProxyConfiguration> {
  const uri = env[METADATA_URI] ?? '';
  if (!/^https?:\/\//.test(uri)) {
    return withProblem(
      at,
      'metadata',
      `JSON or a file, because this is not an ECS task: ${METADATA_URI} is not a URL`,
    );
  }
  try {
    return parseProxyConfiguration(await fetchText(`${uri}/task`), `${at}=metadata`);
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
    return withProblem(at, 'metadata', `JSON or a file, because ${uri}/task did not answer (${why})`);
  }
}

async function fetchText(url: string, tries = METADATA_TRIES): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(METADATA_SECONDS * 1000) });
    if (!answer.ok) throw new Error(`HTTP status ${answer.status}`);
    const body = await answer.text();
    if (body.length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    return body;
  } catch (error) {
    if (tries <= 1) throw error;
    await sleep(100 * (METADATA_TRIES - tries + 1) * (1 + Math.random()));
    return fetchText(url, tries - 1);
  }
}

/** Reads the host's DNS servers; none if the file is missing. */
async function readNameservers(): Promise<readonly string[]> {
  const text = await readFile(RESOLV_CONF, 'utf8').catch(() => '');
  return Array.from(text.matchAll(/^[ \t]*nameserver[ \t]+([^\s%#;]+)/gm), ([, address]) => address ?? '');
}
