import { expect, test } from 'vitest';
import type { ServerCall } from '../../../xds/grpc/server-call.ts';
import { status } from '../../../xds/grpc/status.ts';
import { begin } from './begin.ts';

const NOW = Date.UTC(2030, 0, 1);
const PROXY = { kind: 'virtualNode', owner: '111122223333', mesh: 'm', parent: '', name: 'a' } as const;
const HELLO = {
  nodeId: 'mesh/m/virtualNode/a',
  signingRequest: new Uint8Array(),
  methods: ['aws iam'] as const,
  agentVersion: '0',
  confirms: true,
};

// https://github.com/hashicorp/consul/issues/9573
test('an intermediate that has ended issues nothing: agents got certificates that had ended, and gave a proof for each', async () => {
  const options = {
    live: undefined as never,
    authority: { trustDomain: 'apps.example', issuingEnds: () => NOW },
    provers: [],
    sts: { host: '', region: '' },
    now: () => NOW,
  };
  await expect(begin(options, {} as ServerCall, HELLO, PROXY, undefined)).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    message:
      'this control plane cannot issue certificates: its intermediate ended at 2030-01-01T00:00:00.000Z, and its clock is at 2030-01-01T00:00:00.000Z',
  });
});
