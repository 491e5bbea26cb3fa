import { isDeepStrictEqual } from 'node:util';
import { EGRESS_PORT } from '../../translate/names.ts';
import { translateCase, type Case } from '../../translate/testing/cases.ts';
import type { Identity } from '../../ads/identity.ts';
import { explain } from '../explain.ts';
import type { Release } from '../release.ts';
import { readServed } from '../served.ts';
import { withManagers } from './answering.ts';
import { startAnsweringEnvoy, type Door, type Fate } from './answering-envoy.ts';
import { PORT, type Scene } from './any-scene.ts';
import { explainedFates } from './explained-fates.ts';
import { ownAddress } from './own-address.ts';

/** Compares explanations with the behaviour of a real Envoy. */
export type Differential = {
  /** Returns the explanation and the outcome of each request of a scene. */
  compare(scene: Scene): Promise<readonly Compared[]>;
  /** Returns only the requests for which they differ. */
  differences(scene: Scene): Promise<readonly Compared[]>;
  close(): Promise<void>;
};

/** A request, one of its explained outcomes, if any, and the observed outcome. */
export type Compared = {
  readonly request: string;
  readonly said: readonly Fate[] | undefined;
  readonly happened: Fate;
};

/** Starts an Envoy of a release. @throws Error with its log if it does not start */
export async function startDifferential(binary: string, release: Release): Promise<Differential> {
  const envoy = await startAnsweringEnvoy(binary);
  const [ofNode, ofGateway] = [ownAddress(), ownAddress()];
  async function compare({ mesh, settings, requests }: Scene): Promise<readonly Compared[]> {
    const identity = identityOf(mesh);
    const isNode = identity.kind === 'virtualNode';
    // No request enters at a gateway's second pass.
    const entrance = isNode ? 'lds_egress' : 'lds_ingress';
    const snapshot = withManagers(translateCase(mesh).snapshot, entrance, settings);
    const address = isNode ? ofNode : ofGateway;
    const door: Door = { address, port: PORT, tls: requests[0]?.asked.tls ?? false };
    // Connections are not redirected here: a node's listener is on the port of its backends.
    const ports = isNode ? new Map([[EGRESS_PORT, PORT]]) : new Map<number, number>();
    const doors = isNode ? [door] : [door, { address, port: EGRESS_PORT, tls: false }];
    await envoy.take(snapshot, { address, ports }, doors);
    const served = readServed(snapshot);
    const compared: Compared[] = [];
    for (const { asked, raw } of requests) {
      const said = explainedFates(explain(served, identity, asked, release));
      const happened = await envoy.ask(door, raw);
      compared.push({ request: JSON.stringify(raw), said, happened });
    }
    return compared;
  }

  return {
    compare,
    async differences(scene) {
      const compared = await compare(scene);
      return compared.filter(
        ({ said, happened }) => said !== undefined && !said.some((fate) => isDeepStrictEqual(fate, happened)),
      );
    },
    close: () => envoy.close(),
  };
}

function identityOf({ proxy }: Case): Identity {
  const [kind, name = ''] = proxy.split('/');
  return {
    mesh: 'm',
    owner: undefined,
    kind: kind === 'virtualNode' ? 'virtualNode' : 'virtualGateway',
    name,
  };
}
