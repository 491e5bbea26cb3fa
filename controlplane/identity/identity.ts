import { X509Certificate } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../common/log.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import type { Signers } from '../auth/open-access.ts';
import type { Trust } from './authority/chain.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { Resource } from '../mesh/resource.ts';
import type { Renewal } from '../../common/contracts/agent-channel/renewal.ts';
import { createAttestation } from './attest/service.ts';
import { awsIamProver } from './attest/aws/aws-iam.ts';
import { awsJwtProver } from './attest/aws/aws-jwt.ts';
import { joinTokenProver } from './attest/join-token.ts';
import { createRecentRefusals, type RecentRefusal } from './attest/recent-refusals.ts';
import { svidProver } from './attest/svid.ts';
import { x509Prover } from './attest/x509.ts';
import { openAuthority, type Authority } from './authority/authority.ts';
import { openRoots } from './authority/roots.ts';
import { createCertificateLedger } from './certificate-ledger.ts';
import { createJoinTokens, type JoinTokens } from './join-tokens.ts';
import { createRotation } from './rotation/rotation.ts';
import { createStanding } from './standing.ts';
import { openPolicyBindings } from './iam-policy/open.ts';
import { loginRoute } from './login/route.ts';
import { openSessionKey } from './login/session-key.ts';
import { createSessionKeyring } from './login/session-keys.ts';
import { identityRoutes } from './routes.ts';
import { openSealer } from './seal/open-sealer.ts';
import type { IdentitySettings } from './settings.ts';

/** The identities of proxies: an authority, the ways to prove who one is, and what the operator sees of it. */
export type Identities = {
  /** For the admission of streams. */
  readonly trust: Trust;
  /** Adds attestation to the server of ADS. */
  readonly addTo: (server: GrpcServer) => void;
  /** Tells agents which certificates are up to date. */
  readonly renewal: () => Renewal;
  /** Calls `listener` after a change of the authority, of a binding or of a certificate's standing. */
  readonly onChange: (listener: () => void) => () => void;
  /** Authenticates users by their keys and by those of `daybreak login`; undefined if authentication is off. */
  readonly authenticate: Authenticate | undefined;
  /** Agents of this replica that got no certificate, at their latest attempt. */
  readonly refusals: () => readonly RecentRefusal[];
  /** One-time tokens for proxies. */
  readonly tokens: JoinTokens;
  /** `GET /daybreak/v1/identity`, the creation of join tokens, and logins. */
  readonly routes: (app: FastifyInstance) => Promise<void>;
  readonly close: () => void;
};

/** How many renewals a second a new generation causes: far below what two cores issue. */
const RENEWALS_A_SECOND = 50;
/** The longest time over which renewals are spread, in seconds. */
const MOST_SPREAD = 3600;

/** Inputs of the identities. `region`: that of ARNs; `signers`: the users of the API, undefined if authentication is off. */
export type IdentitiesOptions = {
  readonly signers: Signers | undefined;
  readonly live: LiveModel;
  readonly region: string;
  readonly log: Log;
  readonly onOutcome: (method: string, outcome: string) => void;
};

/**
 * Opens the authority of a trust domain, or creates it.
 * @throws IdentityError if the key does not open it, or it is that of another trust domain
 */
export async function openIdentities(
  settings: IdentitySettings,
  options: IdentitiesOptions,
): Promise<Identities> {
  const { live, region, log, onOutcome } = options;
  const { trustDomain, key, sts, jwtIssuers, iam } = settings;
  const sealer = await openSealer(key, log);
  const { privateCa, privateCaEndpoint: endpoint } = settings;
  const roots = openRoots({ trustDomain, sealer, privateCa, endpoint });
  const authority = await openAuthority({ live, trustDomain, sealer, roots, log });
  const ledger = createCertificateLedger(live);
  const policies = iam && openPolicyBindings({ ...iam, region, trustDomain, ledger, log });
  const faultOf = createStanding({ model: live.model, trustDomain, policies });
  const trust = followTrust(authority, (serial) => {
    const entry = ledger.get(serial);
    // An agent that shows a certificate has it. If this write fails, the next connection leads to another one.
    if (entry?.unconfirmed === true) ledger.confirm(serial).catch(() => undefined);
    return entry && faultOf(entry);
  });
  const tokens = createJoinTokens(live);
  const rotation = createRotation({ live, ledger, roots, log });
  const { signers } = options;
  const keyring = createSessionKeyring({
    key: await openSessionKey(live, sealer, trustDomain),
    trustDomain,
    loginOf: (principalArn) => signers?.loginOf(principalArn),
  });
  const login = loginRoute({ signers, live, keyring, trustDomain, sts });
  const own = identityRoutes({
    live,
    authority,
    ledger,
    faultOf,
    rotation,
    tokens,
    region,
    key: sealer.keyId,
  });
  const refusals = createRecentRefusals();
  const attestation = createAttestation({
    refusals,
    live,
    authority,
    trust,
    provers: [
      svidProver(live.model, ledger, faultOf),
      joinTokenProver(tokens),
      x509Prover(live),
      awsIamProver(live, sts, policies),
      awsJwtProver({ live, policies }, jwtIssuers),
    ],
    ledger,
    sts,
    log,
    onOutcome,
  });
  return {
    trust,
    addTo: attestation.addTo,
    onChange(listener) {
      const stops = [
        authority.onChange(listener),
        onStandingChange(live, listener),
        ...(policies === undefined ? [] : [policies.onChange(listener)]),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
    renewal: () => ({
      generation: authority.record().generation ?? 0,
      spreadSeconds: Math.min(Math.max(1, Math.ceil(ledger.count() / RENEWALS_A_SECOND)), MOST_SPREAD),
    }),
    routes: async (app) => {
      await own(app);
      await login(app);
    },
    refusals: refusals.list,
    tokens,
    authenticate: signers?.withSessions(keyring.open),
    close() {
      policies?.close();
      rotation.close();
      authority.close();
    },
  };
}

/** The parsed certificates of an authority, as they are at the moment. */
function followTrust(authority: Authority, faultOfSerial: NonNullable<Trust['faultOf']>): Trust {
  const parse = (all: readonly Uint8Array[]): readonly X509Certificate[] =>
    all.map((each) => new X509Certificate(each));
  let roots = parse(authority.roots());
  let issuers = parse(authority.issuers());
  authority.onChange(() => {
    roots = parse(authority.roots());
    issuers = parse(authority.issuers());
  });
  return {
    trustDomain: authority.trustDomain,
    roots: () => roots,
    issuers: () => issuers,
    faultOf: faultOfSerial,
  };
}

/** Calls `listener` after a change that may end certificates: of a binding, or a revocation. */
function onStandingChange(live: LiveModel, listener: () => void): () => void {
  return live.onChanges((changes) => {
    const isOne = changes.some(
      ({ id, resource }) =>
        id.kind === 'nodeIdentity' ||
        (id.kind === 'certificate' &&
          (resource as Resource<'certificate'> | undefined)?.spec.revoked !== undefined),
    );
    if (isOne) listener();
  });
}
