import { createHttpSender } from '../../otlp/send-http.ts';
import type { TracesSettings } from '../../settings/traces-settings.ts';
import type { TraceFacts } from '../../traces/open-traces.ts';
import { createXRayCalls } from '../xray-calls.ts';
import { ownRules } from './own-rules.ts';
import type { SamplingSource } from './serve-sampling.ts';

const CALL_MS = 4000;

/**
 * Returns who answers X-Ray's SDKs about sampling: X-Ray's service, or its daemon, if segments go there; else the agent's own sampler.
 */
export function samplingSource(
  { exporters, sampler, xrayEndpoint }: TracesSettings,
  { region, daemon }: TraceFacts,
): SamplingSource {
  const isCentral = exporters.includes('xray') || sampler.kind === 'xray';
  if (isCentral && region !== undefined) return createXRayCalls(region, xrayEndpoint).call;
  if (exporters.includes('xray-daemon')) {
    const sender = createHttpSender({ timeoutMs: CALL_MS });
    const headers = { 'content-type': 'application/json' };
    const base = `http://${daemon.host.includes(':') ? `[${daemon.host}]` : daemon.host}:${daemon.port}`;
    return (path, body) =>
      sender.send(
        { url: new URL(path, base), headers, body: Buffer.from(body) },
        new AbortController().signal,
      );
  }
  return ownRules(sampler.kind === 'ratio' ? sampler.ratio : 1);
}
