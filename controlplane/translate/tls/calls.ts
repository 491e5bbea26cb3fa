import type { TargetNode } from '../../mesh/proxy-view.ts';
import type { ClientPolicyTls, Listener, VirtualGatewayClientPolicyTls } from '../../model/types.ts';
import { discoveryName } from '../discovery-name.ts';
import type { TlsEnd } from '../envoy/tls.ts';
import type { Report } from '../problems.ts';
import type { Features } from '../features.ts';
import type { Options } from '../options.ts';
import { meshCall, type CallerMesh, type MeshCall } from './mesh-call.ts';
import type { SecretRef } from './secrets.ts';
import { certificateSource, sourceProblem, validationOf, type Validation } from './sources.ts';

/** The TLS part of a client policy. */
export type PolicyTls = ClientPolicyTls | VirtualGatewayClientPolicyTls;

/** The TLS of calls to a listener of a virtual node. `policy`: a client policy decided it, not the listener itself. */
export type Call = {
  /** Undefined: plain text. `refused`: no connection, because a TLS source is unavailable. */
  readonly tls: TlsEnd | MeshCall | 'refused' | undefined;
  readonly secretRefs: readonly SecretRef[];
  readonly policy: boolean;
};

type Target = { readonly node: TargetNode; readonly listener: Listener };

/**
 * Decides the TLS of calls to a listener under an optional client policy. A policy is effective on the ports that it names and,
 * if it is not enforced, only if the listener accepts TLS. Without an effective policy the listener decides: if it accepts TLS,
 * callers use TLS, validated against the authority of an ACM certificate, else without validation. A listener without TLS of its own may
 * take the mutual TLS of the mesh. `where` is the policy's place.
 */
export function callOf(
  policy: PolicyTls | undefined,
  target: Target,
  options: Options,
  caller: CallerMesh,
  where: string,
  report: Report,
): Call {
  const { port } = target.listener.portMapping;
  const server = serverTls(target);
  const counts = policy?.ports === undefined || policy.ports.length === 0 || policy.ports.includes(port);
  if (policy !== undefined && counts && (policy.enforce !== false || server !== undefined)) {
    const end = policyEnd(policy, target, options);
    if (server === undefined) reportPlain(target, where, report);
    return withNeeds(end, true, where, target, report);
  }
  if (server === undefined)
    return { tls: meshCall(caller, target, options, report), secretRefs: [], policy: false };
  const place = `virtualNode/${target.node.name}/listener/${port}/tls`;
  return withNeeds(listenerEnd(target, options), false, place, target, report);
}

/**
 * Reports a policy that requires TLS from a plain-text listener. The caller uses TLS anyway. An Envoy that parses requests
 * refuses it; an Envoy that only forwards bytes may pass TLS on to the application.
 */
function reportPlain({ node, listener }: Target, where: string, report: Report): void {
  if (listener.portMapping.protocol === 'tcp') return;
  const what = `${listenerOf({ node, listener })} takes no TLS, which the client policy asks for, and the Envoy there refuses it`;
  report(where, what, { kind: 'connected', virtualNode: node.name });
}

function withNeeds(
  end: TlsEnd | { readonly problem: string },
  policy: boolean,
  where: string,
  target: Target,
  report: Report,
): Call {
  if ('problem' in end) {
    report(where, `${listenerOf(target)} cannot be reached: ${end.problem}`);
    return { tls: 'refused', secretRefs: [], policy };
  }
  if (end.certificate === undefined && serverTls(target)?.validation !== undefined) {
    report(where, `${listenerOf(target)} asks for a client certificate, and no client policy gives one`);
  }
  const sources = [end.certificate, end.validation?.trust].flatMap((source) => source ?? []);
  return { tls: end, secretRefs: sources.map((source) => ({ where, source })), policy };
}

function policyEnd(
  { certificate, validation }: PolicyTls,
  { node, listener }: Target,
  features: Features,
): TlsEnd | { readonly problem: string } {
  const own = certificate && certificateSource(certificate);
  const wanted = validationOf(validation, [discoveryName(node)]);
  if (wanted === undefined) return { problem: 'the client policy trusts nothing' };
  const problem = sourceProblem(own, features) ?? sourceProblem(wanted.trust, features);
  if (problem !== undefined) return { problem };
  const { protocol } = listener.portMapping;
  return { certificate: own, validation: wanted, protocol, files: features.files };
}

function listenerEnd(target: Target, { files }: Features): TlsEnd {
  const { protocol } = target.listener.portMapping;
  return { certificate: undefined, validation: ofListener(target), protocol, files };
}

function ofListener(target: Target): Validation | undefined {
  const arn = serverTls(target)?.certificate.acm?.certificateArn;
  if (arn === undefined) return undefined;
  return { trust: { kind: 'issuer', certificate: arn }, names: [discoveryName(target.node)] };
}

function serverTls({ listener: { tls } }: Target): Listener['tls'] {
  return tls?.mode === 'DISABLED' ? undefined : tls;
}

function listenerOf({ node, listener }: Target): string {
  return `the listener on port ${listener.portMapping.port} of virtual node ${node.name}`;
}
