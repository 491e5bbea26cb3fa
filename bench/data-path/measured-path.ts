import { join } from 'node:path';
import { askFrom } from '../../test/lab/clients/ask.ts';
import type { Host } from '../../test/lab/host.ts';
import type { Stage } from '../../test/lab/stage.ts';
import { until } from '../../test/lab/until.ts';
import { cpuMs } from '../push/process-cost.ts';

/** A caller's and a target's host with an Envoy each, whose process ids are `envoys`. `name`: the host name that the caller sends. */
export type MeasuredPath = {
  readonly front: Host;
  readonly back: Host;
  readonly name: string;
  readonly port: number;
  readonly envoys: readonly number[];
};

/** One round of requests. Times are in milliseconds. */
export type Round = {
  readonly requests: number;
  readonly median: number;
  readonly late: number;
  /** CPU of both Envoys per request, in microseconds. */
  readonly cpu: number;
};

/** The connections of a round. */
export const PARALLEL = 4;

const CALLER = join(import.meta.dirname, 'caller-program.ts');

/** Sends requests for some seconds, on connections that are kept open. */
export async function measurePath(
  { front, back, name, port, envoys }: MeasuredPath,
  { node }: Pick<Stage, 'node'>,
  seconds: number,
): Promise<Round> {
  const cpu = async (): Promise<number> =>
    (await Promise.all(envoys.map(cpuMs))).reduce((sum, each) => sum + each, 0);
  const before = await cpu();
  const args = [`http://${back.address}:${port}/`, `${name}:${port}`, `${PARALLEL}`, `${seconds}`];
  const { stdout } = await front.exec(node, [CALLER, ...args]);
  const measured = JSON.parse(stdout) as Omit<Round, 'cpu'>;
  return { ...measured, cpu: (((await cpu()) - before) * 1000) / measured.requests };
}

/** Waits for an answer through both Envoys. */
export async function untilAnswers({ front, back, name, port }: Omit<MeasuredPath, 'envoys'>): Promise<void> {
  const headers = { host: `${name}:${port}` };
  await until('an answer through both Envoys', async () => {
    const answer = await askFrom(front, `http://${back.address}:${port}/`, { headers });
    return 'status' in answer && answer.status === 200;
  });
}

/** Returns the process id of the Envoy of a host's agent. */
export async function envoyOf(host: Host): Promise<number> {
  const answer = await askFrom(host, 'http://127.0.0.1:9902/status');
  if (!('body' in answer)) throw new Error(`${host.name}: the agent does not answer: ${answer.error}`);
  return Number((JSON.parse(answer.body) as { readonly envoyPid: string }).envoyPid);
}
