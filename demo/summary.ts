import type { ColorMesh } from './color-mesh.ts';
import { shares, type Tally } from './traffic.ts';

/** The result of the demo; `--json` prints it. Shares are fractions; `requests` are those after the change. */
export type DemoResult = {
  readonly requests: number;
  readonly failures: number;
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  readonly propagationMs: number;
};

/** Builds the result; failures count over the whole time, including the change of weights. */
export function resultOf(before: Tally, during: Tally, after: Tally, propagationMs: number): DemoResult {
  const failures = before.failures + during.failures + after.failures;
  return { requests: after.requests, failures, before: shares(before), after: shares(after), propagationMs };
}

/** Formats the result as text. */
export function describeResult({ requests, failures, before, after, propagationMs }: DemoResult): string {
  const list = (parts: DemoResult['after']): string =>
    Object.entries(parts)
      .map(([color, share]) => `${color} ${(share * 100).toFixed(1)} %`)
      .join(', ');
  return [
    '',
    `before   ${list(before)}`,
    `after    ${list(after)}  of ${requests} requests; the route says blue 8, red 2`,
    `failed   ${failures}`,
    `change   ${propagationMs} ms from UpdateRoute to the route acknowledged by the gateway's Envoy`,
  ].join('\n');
}

/** Returns commands that show more of the mesh. They work while it runs, which is after this text only with `--keep`. */
export function describeNextSteps(mesh: ColorMesh, isKept: boolean): string {
  const gateway = mesh.hosts['colorgateway-vn'].host.namespace;
  const { endpoint } = mesh.controlPlane;
  return [
    '',
    isKept
      ? 'The mesh runs until Ctrl-C. Commands to look at it:'
      : 'The demo ends and removes the mesh. With `npm run demo -- --keep` it keeps running, for these commands:',
    '',
    'The console, in a browser on this machine:',
    `  ${endpoint}/console/`,
    'Ask for a color:',
    `  curl ${mesh.url}`,
    'The status of every proxy:',
    `  npm run --silent daybreak -- status --endpoint ${endpoint}`,
    "The configuration of the gateway's Envoy:",
    `  ip netns exec ${gateway} curl -s 127.0.0.1:9901/config_dump`,
    'The mesh through the AWS command line (any credentials work):',
    `  AWS_ENDPOINT_URL_APP_MESH=${endpoint} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any \\`,
    '    aws appmesh list-virtual-nodes --mesh-name default --region us-east-1',
    "The gateway's rules:",
    `  ip netns exec ${gateway} iptables-save -t nat`,
  ].join('\n');
}
