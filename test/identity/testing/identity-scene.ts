import { attest } from '../../../agent/identity/attest.ts';
import { makeSigningRequest } from '../../../agent/identity/signing-request.ts';
import { startIdentityPlane, type IdentityPlane } from './identity-plane.ts';

/**
 * Starts a control plane with an authority, where the virtual node `a` of mesh `m` holds a certificate, two join tokens wait for `b`, and `b` has an
 * identity of its own. For tests of the console, whose types are those of browsers: they load this file by its path.
 */
export async function startIdentityScene() {
  const plane = await startIdentityPlane();
  await hold(plane, 'a');
  await plane.joinToken('b');
  await plane.joinToken('b');
  const proxy = { virtualNode: { virtualNodeName: 'b' } };
  await plane.call('PUT', '/daybreak/v1/meshes/m/nodeIdentities', {
    nodeIdentityName: 'b',
    spec: {
      proxy,
      mtls: 'PERMISSIVE',
      principals: [{ awsRole: { roleArn: 'arn:aws:iam::111122223333:role/b' } }],
    },
  });
  return {
    api: plane.plane().api,
    /** The ids of the join tokens. */
    tokens: async (): Promise<readonly string[]> => {
      const { joinTokens } = await plane.call('GET', '/daybreak/v1/tokens');
      return (joinTokens as { readonly id: string }[]).map(({ id }) => id);
    },
    remove: plane.remove,
  };
}

/** Gets the certificate of a virtual node by a join token, as its agent does. */
async function hold(plane: IdentityPlane, node: string): Promise<void> {
  const token = await plane.joinToken(node);
  const { request } = await makeSigningRequest();
  const hello = {
    nodeId: `mesh/m/virtualNode/${node}`,
    signingRequest: request,
    methods: ['join token' as const],
    agentVersion: '0.1.0',
  };
  await attest(plane.ads(), { ca: plane.ca }, hello, async () => ({ method: 'join token', token }));
}
