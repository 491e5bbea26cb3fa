import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bundleAgent, startMeasuredAgent, type Measured } from '../../../bench/telemetry/measured-agent.ts';
import { startOtlpReceiver } from '../../../agent/telemetry/testing/otlp-receiver.ts';
import { request } from '../../lab/clients/http.ts';
import { until } from '../../lab/until.ts';
import { freePort } from '../../lab/net/free-port.ts';

/** An absence of the receiver. */
export type AbsenceOptions = {
  /** At least, in milliseconds: it lasts until spans were dropped. */
  readonly awayMs: number;
  /** How long the receiver is there before, with the same traffic, in milliseconds. */
  readonly warmMs: number;
  /** `DAYBREAK_TELEMETRY_QUEUE_MIB`. */
  readonly queueMib: number;
  /** Spans in each request that the application sends to the agent, every 100 ms. */
  readonly spans: number;
};

/** The agent during and after an absence of its receiver. */
export type Absence = {
  readonly sent: number;
  readonly arrived: number;
  readonly dropped: number;
  /** The most bytes that waited. */
  readonly mostWaiting: number;
  /** How much the resident memory grew between the beginning and the end of the absence, in MB. */
  readonly grownMb: number;
  /** The time from the receiver's return to its first request, in milliseconds. */
  readonly backMs: number;
  /** Whether the last span that was sent before the return has arrived. */
  readonly hasNewest: boolean;
};

/** For a busy machine. */
const PATIENT = { limitMs: 600_000 };

const id = (length: number, at: number): string => `a${at.toString(16).padStart(length - 1, '0')}`;

/** Sends spans through the agent's telemetry, in a process of its own, while the receiver is there, away, and there again. */
export async function observeAbsence({ awayMs, warmMs, queueMib, spans }: AbsenceOptions): Promise<Absence> {
  const folder = mkdtempSync(join(tmpdir(), 'absence-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  const [port, grpc, http] = [await freePort(), await freePort(), await freePort()];
  const agent = await startMeasuredAgent(await bundleAgent(folder), {
    DAYBREAK_TELEMETRY_INPUTS: 'otlp',
    DAYBREAK_OTLP_GRPC_PORT: String(grpc),
    DAYBREAK_OTLP_HTTP_PORT: String(http),
    DAYBREAK_TELEMETRY_QUEUE_MIB: String(queueMib),
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  cleanup.use(agent);

  let sent = 0;
  async function send(): Promise<void> {
    const now = `${Date.now()}000000`;
    const many = Array.from({ length: spans }, () => {
      sent += 1;
      const times = { startTimeUnixNano: now, endTimeUnixNano: now };
      return { traceId: id(32, sent), spanId: id(16, sent), name: `order ${sent}`, kind: 2, ...times };
    });
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: many }] }] });
    const headers = { 'content-type': 'application/json' };
    const { status } = await request(`http://127.0.0.1:${http}/v1/traces`, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`the agent answered ${status}`);
  }
  const output = ({ outputs: [only] }: Measured) => only ?? { dropped: 0, waiting: 0, waitingBytes: 0 };

  const first = await startOtlpReceiver(port);
  const seen = new Set<string>();
  const see = (receiver: { readonly spans: () => readonly { readonly id: string }[] }): void => {
    for (const each of receiver.spans()) seen.add(each.id);
  };
  for (const begin = performance.now(); performance.now() - begin < warmMs; ) {
    await send();
    await delay(100);
  }
  await until(
    'all arrive',
    () => {
      // The agent sends spans again if this process was slow to answer.
      see(first);
      return seen.size === sent;
    },
    PATIENT,
  );
  await first[Symbol.asyncDispose]();

  const before = await agent.measure();
  let last = before;
  let mostWaiting = 0;
  // A slow machine takes longer to fill the queue.
  for (const begin = performance.now(); performance.now() - begin < awayMs || output(last).dropped === 0; ) {
    await send();
    await delay(100);
    last = await agent.measure();
    mostWaiting = Math.max(mostWaiting, output(last).waitingBytes);
  }
  const returned = performance.now();
  await using second = await startOtlpReceiver(port);
  await until('the first request', async () => second.received.length > 0, { ...PATIENT, everyMs: 20 });
  const backMs = performance.now() - returned;
  await until('nothing waits', async () => output(await agent.measure()).waiting === 0, PATIENT);
  see(second);
  return {
    sent,
    arrived: seen.size,
    dropped: output(await agent.measure()).dropped,
    mostWaiting,
    grownMb: (last.rss - before.rss) / 1e6,
    backMs,
    hasNewest: seen.has(id(16, sent)),
  };
}
