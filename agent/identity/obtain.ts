import { errorText } from '../../common/error-text.ts';
import type {
  Challenge,
  IssuedCertificate,
  Proof,
  ProofMethod,
} from '../../common/contracts/attestation/messages.ts';
import type { ConnectionOptions } from '../../xds/grpc/client-connection.ts';
import type { XdsSettings } from '../settings/xds/xds-settings.ts';
import { askInTurn, ProofFailed } from './ask-in-turn.ts';
import { attest, AttestationRefused, ControlPlaneBusy } from './attest.ts';
import { holdIdentity, type HeldIdentity } from './held-identity.ts';
import type { FirstProof } from './identity-settings.ts';
import type { ProofTurns } from './proof-turns.ts';
import { methodOf, prove } from './prove.ts';
import type { SigningRequest } from './signing-request.ts';

/** Inputs of an attempt. */
export type ObtainOptions = {
  readonly xds: XdsSettings;
  /** The credentials of the settings, read for each attempt: the authorities that the control plane is verified against. */
  readonly secure: () => Pick<ConnectionOptions, 'tls'>;
  readonly nodeId: string;
  readonly agentVersion: string;
  /** Keeps a certificate, before the agent confirms it: after that, the control plane may stop trusting the previous one. */
  readonly keep: (held: HeldIdentity) => Promise<void>;
};

/** An attempt. `before`: the certificate to renew; undefined: there is none. */
export type Attempt = {
  readonly before: HeldIdentity | undefined;
  readonly made: SigningRequest;
  readonly turns: ProofTurns;
};

/**
 * Tries the control planes in their order.
 * @throws the first refusal; ControlPlaneBusy, if none of them gave a certificate and one is busy; else the error of the last one
 */
export async function obtain(options: ObtainOptions, attempt: Attempt): Promise<HeldIdentity> {
  const { endpoints } = options.xds;
  let failure: unknown = new Error('there is no control plane to ask');
  let busy: ControlPlaneBusy | undefined;
  for (const endpoint of endpoints) {
    if (endpoint.kind !== 'tls') continue;
    try {
      return await obtainFrom(endpoint, options, attempt);
    } catch (error) {
      if (error instanceof AttestationRefused) throw error;
      const text = `${endpoint.host}:${endpoint.port}: ${errorText(error)}`;
      failure = new Error(text, { cause: error });
      if (error instanceof ControlPlaneBusy)
        busy ??= new ControlPlaneBusy(text, error.retryAfterMs, { cause: error });
    }
  }
  throw busy ?? failure;
}

/**
 * Asks one control plane. A connection has one certificate: if the one to be renewed is refused, the client certificate of `x509` is shown
 * on further connections.
 */
async function obtainFrom(
  address: { readonly host: string; readonly port: number },
  { xds, secure, nodeId, agentVersion, keep }: ObtainOptions,
  { before, made: { key, request }, turns }: Attempt,
): Promise<HeldIdentity> {
  const { identity: settings } = xds;
  if (settings === undefined) throw new Error('there is no identity to obtain');
  const { tls = {} } = secure();

  const ask = async (own: HeldIdentity | undefined, proofs: readonly FirstProof[]): Promise<HeldIdentity> => {
    const methods = [...(own === undefined ? [] : (['svid'] as const)), ...proofs.map(methodOf)];
    const hello = { nodeId, signingRequest: request, methods, agentVersion };
    const shown = own === undefined ? tls : { ...tls, cert: own.chain, key: own.key };
    let asked: ProofMethod | undefined;
    let fault: unknown;
    const held = Promise.withResolvers<HeldIdentity>();
    const answer = (challenge: Challenge): Promise<Proof> => {
      asked = challenge.method;
      return prove(settings, challenge, hello).catch((error: unknown) => {
        fault = error;
        throw error;
      });
    };
    const hold = async (issued: IssuedCertificate): Promise<void> => {
      const received = holdIdentity(nodeId, key, issued, Date.now());
      await keep(received);
      held.resolve(received);
    };
    await attest(address, shown, hello, answer, hold).catch((error: unknown) => {
      const proof = proofs.find((each) => methodOf(each) === asked);
      const isOfProof = error instanceof AttestationRefused || error === fault;
      throw proof !== undefined && isOfProof ? new ProofFailed(proof, error) : error;
    });
    return held.promise;
  };

  const renewed = askInTurn(turns, (proofs) => ask(before, proofs));
  if (before === undefined || !settings.proofs.includes('x509')) return renewed;
  return renewed.catch((error: unknown) => {
    if (error instanceof AttestationRefused) return askInTurn(turns, (proofs) => ask(undefined, proofs));
    throw error;
  });
}
