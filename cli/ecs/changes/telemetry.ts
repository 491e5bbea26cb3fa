import type { Draft } from '../draft.ts';
import type { RenderOptions } from '../options.ts';
import { containersOf, objects, valueOf, type Container } from '../task-definition.ts';
import { hasVariable, setOnce } from './variables.ts';

const WHY = "AWS ends X-Ray's daemon; the agent takes the segments of the application at its port";

/** Removes the containers of X-Ray's daemon, and the entries in `dependsOn` that wait for them. Indexes of containers change. */
export function removeDaemon(draft: Draft, { telemetry }: Pick<RenderOptions, 'telemetry'>): void {
  if (telemetry === 'keep') return;
  for (const [index, container] of [...containersOf(draft.definition()).entries()].toReversed()) {
    if (!isDaemon(container)) continue;
    forget(draft, container['name']);
    draft.remove(
      ['containerDefinitions', index],
      { name: container['name'], image: container['image'] },
      WHY,
    );
  }
}

/** Gives the agent the input and the output that replace the daemon. */
export function setTelemetry(draft: Draft, envoy: number, { telemetry, otlpEndpoint }: RenderOptions): void {
  if (telemetry === 'keep') return;
  const container = containersOf(draft.definition())[envoy] ?? {};
  const inputs = valueOf(container['environment'], 'DAYBREAK_TELEMETRY_INPUTS');
  const listed =
    typeof inputs === 'string' && inputs !== '' ? inputs.split(',').map((each) => each.trim()) : [];
  if (!listed.includes('xray')) set('DAYBREAK_TELEMETRY_INPUTS', [...listed, 'xray'].join(','), WHY);
  set(
    'OTEL_TRACES_EXPORTER',
    telemetry,
    `the agent sends traces by ${telemetry === 'otlp' ? 'OTLP' : "X-Ray's API, with the task's role"}`,
  );
  if (telemetry === 'xray') return;
  if (otlpEndpoint !== undefined) set('OTEL_EXPORTER_OTLP_ENDPOINT', otlpEndpoint, 'the receiver of OTLP');
  else if (!hasVariable(container, 'OTEL_EXPORTER_OTLP_ENDPOINT'))
    draft.want('--otlp-endpoint URL', 'the receiver of traces, such as http://collector.internal:4318');

  function set(name: string, value: string, reason: string): void {
    setOnce(draft, envoy, 'environment', { name, value }, reason);
  }
}

function isDaemon({ image }: Container): boolean {
  return typeof image === 'string' && /(?:^|\/)aws-xray-daemon(?:[:@]|$)/.test(image);
}

function forget(draft: Draft, removed: unknown): void {
  for (const [index, { dependsOn }] of containersOf(draft.definition()).entries()) {
    for (const [place, { containerName }] of [...objects(dependsOn).entries()].toReversed())
      if (containerName === removed)
        draft.remove(
          ['containerDefinitions', index, 'dependsOn', place],
          { containerName },
          'the container is gone',
        );
  }
}
