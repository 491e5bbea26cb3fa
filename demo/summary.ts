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

/** Puts the result together; failures count over the whole time, also while the weights moved. */
export function resultOf(before: Tally, during: Tally, after: Tally, propagationMs: number): DemoResult {
  const failures = before.failures + during.failures + after.failures;
  return { requests: after.requests, failures, before: shares(before), after: shares(after), propagationMs };
}

/** A few lines for people. */
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

/** Commands to look further, which work while the mesh is up: with `--keep` they do when this is read. */
export function describeNextSteps(mesh: ColorMesh, isKept: boolean): string {
  const gateway = mesh.hosts['colorgateway-vn'].host.namespace;
  const { endpoint } = mesh.controlPlane;
  return [
    '',
    isKept
      ? 'Everything runs until Ctrl-C. To look further:'
      : 'All of it is taken away now. `npm run demo -- --keep` leaves it running, to look further:',
    '',
    'Ask for a color:',
    `  curl ${mesh.url}`,
    'How every proxy stands:',
    `  npm run --silent daybreak -- status --endpoint ${endpoint}`,
    "The gateway's Envoy, as it is configured:",
    `  ip netns exec ${gateway} curl -s 127.0.0.1:9901/config_dump`,
    'The mesh through the AWS command line (any credentials do):',
    `  AWS_ENDPOINT_URL_APP_MESH=${endpoint} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any \\`,
    '    aws appmesh list-virtual-nodes --mesh-name default --region us-east-1',
    "The gateway's rules:",
    `  ip netns exec ${gateway} iptables-save -t nat`,
  ].join('\n');
}
