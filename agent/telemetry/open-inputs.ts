import type { Log } from '../../common/log.ts';
import type { InputStatus } from './input-status.ts';
import type { Registry } from './metrics/registry.ts';
import type { OtlpReceivers } from './otlp/receivers.ts';
import { listenOtlpGrpc, listenOtlpHttp } from './otlp/listen-otlp.ts';
import type { TelemetryInput, TelemetrySettings } from './settings/telemetry-settings.ts';
import type { SamplingSource } from './xray/sampling/serve-sampling.ts';
import { listenXRay } from './xray/listen-xray.ts';
import { listenStatsd } from './statsd/listen-statsd.ts';

/** A listening input. */
export type Input = {
  readonly status: () => InputStatus;
  /** Reads the kernel's count of drops again. */
  readonly refresh?: () => Promise<void>;
  /** Reads the items that wait in the kernel. */
  readonly drain?: () => Promise<void>;
  readonly close: () => void;
};

/** All listening inputs. */
export type Inputs = {
  readonly status: () => readonly InputStatus[];
  readonly close: () => Promise<void>;
};

/** The receivers of the items of inputs. */
export type InputTargets = {
  readonly registry: Registry;
  readonly receivers: OtlpReceivers;
  readonly segments: Parameters<typeof listenXRay>[1];
  /** The answers for the application's SDK of X-Ray, about sampling rules. */
  readonly sampling: SamplingSource;
};

type Opening = {
  readonly input: TelemetryInput;
  /** The protocol in the status. */
  readonly name: string;
  readonly port: number;
  readonly open: (port: number) => Promise<Input | undefined>;
};

/** Time between two looks at the kernel's count of drops, in milliseconds. */
const DROPS_MS = 5000;

/**
 * Opens the inputs that the settings ask for, except those whose port another program uses. If one cannot be opened, the others end.
 * @throws Error if a port cannot be used for another reason
 */
export async function openInputs(
  { inputs, ports }: TelemetrySettings,
  { registry, receivers, segments, sampling }: InputTargets,
  log: Log,
): Promise<Inputs> {
  const sayLeft = (input: string, port: number): void =>
    log.warn({ input, port }, 'another program has the port; the agent runs without this input');
  const all: readonly Opening[] = [
    { input: 'statsd', name: 'statsd', port: ports.statsd, open: (port) => listenStatsd(port, registry) },
    {
      input: 'otlp',
      name: 'otlp/grpc',
      port: ports.otlpGrpc,
      open: (port) => listenOtlpGrpc({ port, receivers }),
    },
    {
      input: 'otlp',
      name: 'otlp/http',
      port: ports.otlpHttp,
      open: (port) => listenOtlpHttp({ port, receivers }),
    },
    {
      input: 'xray',
      name: 'xray',
      port: ports.xray,
      open: (port) => listenXRay(port, segments, sampling, (calls) => sayLeft('xray calls', calls)),
    },
  ];
  const opened: Input[] = [];
  using half = new DisposableStack();
  for (const { name, port, open } of all.filter(({ input }) => inputs.includes(input))) {
    const input = await open(port);
    if (input === undefined) sayLeft(name, port);
    if (input !== undefined) half.defer(input.close);
    opened.push(input ?? left(`${name} 127.0.0.1:${port}`));
  }
  // Nothing fails from here on.
  half.move();
  const refresh = () => Promise.all(opened.map(async (each) => each.refresh?.()));
  const timer = setInterval(() => void refresh(), DROPS_MS).unref();
  return {
    status: () => opened.map(({ status }) => status()),
    async close() {
      clearInterval(timer);
      await Promise.all(opened.map(async (each) => each.drain?.()));
      await refresh();
      for (const each of opened) each.close();
    },
  };
}

function left(input: string): Input {
  const status: InputStatus = {
    input,
    state: 'left to another program',
    received: 0,
    invalid: 0,
    kernelDropped: undefined,
  };
  return { status: () => status, close: () => undefined };
}
