// Time-outs of a virtual node's listeners that are longer than the defaults, through every Envoy on the path: 15 s for a request, and 300 s for
// silence. Takes about six minutes per Envoy release.
// `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node test/long/provider-times.ts`
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import type { Ask, Outcome } from '../behaviour/testing/callers/caller.ts';
import { GATE, PORTS, timesApp, timesModel } from '../behaviour/testing/models/provider-times.ts';
import { openScene } from '../behaviour/testing/scene.ts';

const REQUEST = 'wait:20000';
const SILENCE_MS = 320_000;
const LIMIT_MS = SILENCE_MS + 20_000;
const NONE = { unit: 's', value: 0 } as const;

/** A request, and the check of its outcome if no time-out ends it. */
type Trial = { readonly what: string; readonly ask: Ask; readonly good: (outcome: Outcome) => boolean };

const isOk = ({ status }: Outcome): boolean => status === 200;

function trials(address: string): readonly Trial[] {
  const http = (port: number, plan: string): Ask => ({
    kind: 'http',
    url: `http://${address}:${port}/`,
    headers: { host: 'target.local', 'x-plan': plan },
  });
  const http2: Ask = {
    kind: 'http2',
    url: `http://${address}:${PORTS.http2}/`,
    headers: { ':authority': 'target.local', 'x-plan': REQUEST },
  };
  const grpc: Ask = {
    kind: 'grpc',
    address: `${address}:${PORTS.grpc}`,
    authority: 'target.local',
    path: '/test.Colors/Red',
    metadata: { 'x-plan': REQUEST },
  };
  const tcp: Ask = {
    kind: 'tcp',
    host: address,
    port: PORTS.tcp,
    say: 'still there',
    afterMs: SILENCE_MS,
    expect: 'still there',
  };
  return [
    { what: 'a request of 20 s, http', ask: http(PORTS.http, REQUEST), good: isOk },
    { what: 'a request of 20 s, http2', ask: http2, good: isOk },
    { what: 'a request of 20 s, grpc', ask: grpc, good: ({ body }) => body === 'late' },
    { what: 'a silence of 320 s, http', ask: http(PORTS.silent, `wait:${SILENCE_MS}`), good: isOk },
    { what: 'a silence of 320 s, tcp', ask: tcp, good: ({ body = '' }) => body.endsWith('still there') },
  ];
}

async function failuresWith(variable: (typeof ENVOYS)[number]): Promise<number> {
  const scene = await openScene('long-times', variable, {
    inputs: () => timesModel({ perRequest: NONE, idle: NONE }),
    hosts: {
      app: { app: timesApp, resource: 'mesh/m/virtualNode/target', appPorts: Object.values(PORTS) },
      client: { resource: 'mesh/m/virtualNode/client' },
      gate: { resource: 'mesh/m/virtualGateway/gate' },
      outside: {},
    },
  });
  try {
    const { client, outside } = scene.actors;
    const gateway: Trial = {
      what: 'a request of 20 s, through a gateway',
      ask: { kind: 'http', url: `http://gate:${GATE}/`, headers: { 'x-plan': REQUEST } },
      good: isOk,
    };
    const asked = [
      ...trials(scene.lab.address).map((trial) => ({ ...trial, caller: client.caller })),
      { ...gateway, caller: outside.caller },
    ];
    const results = await Promise.all(
      asked.map(async ({ what, ask, good, caller }) => {
        const outcome = await caller.ask({ ...ask, limitMs: LIMIT_MS });
        const isGood = good(outcome);
        process.stdout.write(`${variable}: ${what}: ${isGood ? 'ok' : JSON.stringify(outcome)}\n`);
        return isGood;
      }),
    );
    return results.filter((isGood) => !isGood).length;
  } finally {
    await scene.close();
  }
}

const failures: number[] = [];
for (const variable of ENVOYS) failures.push(await failuresWith(variable));
process.exitCode = failures.every((count) => count === 0) ? 0 : 1;
