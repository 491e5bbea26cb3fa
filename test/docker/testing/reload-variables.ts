import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Docker } from './dockerd.ts';

/** A file of variables that a container reads. */
export type VariablesFile = {
  /** The flags of `docker run`. */
  readonly flags: readonly string[];
  readonly write: (text: string) => Promise<void>;
};

/** Creates a file of variables below `parent`, for an agent with hot restart. */
export async function createVariablesFile(parent: string, text: string): Promise<VariablesFile> {
  const folder = await mkdtemp(join(parent, 'config-'));
  await chmod(folder, 0o755);
  const write = (next: string) => writeFile(join(folder, 'agent.env'), next);
  await write(text);
  const env = ['DISABLE_HOT_RESTART=0', 'DAYBREAK_ENV_FILE=/config/agent.env'];
  return { flags: ['--volume', `${folder}:/config:ro`, ...env.flatMap((each) => ['--env', each])], write };
}

/** Returns `/server_info` of the Envoy in a container. */
export async function serverInfoOf(docker: Docker, container: string): Promise<unknown> {
  const url = 'http://127.0.0.1:9901/server_info';
  return JSON.parse(await docker.run('exec', container, 'curl', '--silent', url)) as unknown;
}
