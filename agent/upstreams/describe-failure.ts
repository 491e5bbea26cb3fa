import type { AgentCode } from '../codes.ts';

/** Why the control plane cannot be used. */
export type UpstreamFailure = {
  readonly code: AgentCode;
  /** As in APPMESH_XDS_ENDPOINT, without the scheme. */
  readonly endpoint: string;
  /** The gRPC status, if a server or the connection ended the call: `{ code: 16, name: 'UNAUTHENTICATED' }`. */
  readonly grpc: { readonly code: number; readonly name: string } | undefined;
  readonly message: string;
};

/** A reason of the ADS client: `ENDPOINT: words`, `ENDPOINT: 14 UNAVAILABLE: words` or `refused by ENDPOINT: 16 UNAUTHENTICATED: words`. */
const REASON = /^(?:refused by )?(\S+?):? (?:ended the stream:? ?|(\d{1,2}) ([A-Z_]+): )?([^]*)$/;

/** By gRPC status: what a server says itself. */
const BY_STATUS: Readonly<Record<string, AgentCode>> = {
  INVALID_ARGUMENT: 'XDS_NODE_INVALID',
  PERMISSION_DENIED: 'XDS_DENIED',
  RESOURCE_EXHAUSTED: 'XDS_QUOTA',
  UNIMPLEMENTED: 'XDS_NOT_ADS',
  UNAUTHENTICATED: 'XDS_UNAUTHENTICATED',
};

/** By the words of Node and OpenSSL, in this order. */
const BY_WORDS: readonly (readonly [RegExp, AgentCode])[] = [
  [/^DAYBREAK_XDS_\w+=/, 'XDS_FILE'],
  [/^getaddrinfo /, 'XDS_NAME_UNRESOLVED'],
  [/^(?:connect|read) ETIMEDOUT|^it did not answer within|^no TCP connection within/, 'XDS_NO_ANSWER'],
  [/^connect E[A-Z]+/, 'XDS_UNREACHABLE'],
  [/which is no gRPC$|^Protocol error$/, 'XDS_NOT_ADS'],
  [/wrong version number|packet length too long/, 'XDS_SERVER_IS_PLAINTEXT'],
  [/SSL alert number \d+/, 'XDS_CLIENT_CERTIFICATE'],
  [/certificate|altnames/, 'XDS_SERVER_CERTIFICATE'],
];

/** Parses a reason of the ADS client, and finds its code. */
export function describeFailure(reason: string): UpstreamFailure {
  const [, endpoint = '', number, name = '', words = reason] = REASON.exec(reason.trim()) ?? [];
  const message = words.trim().replaceAll(/\s*\n\s*/g, '; ');
  const byWords = BY_WORDS.find(([pattern]) => pattern.test(message))?.[1];
  return {
    code: BY_STATUS[name] ?? byWords ?? 'XDS_CONNECTION_LOST',
    endpoint,
    grpc: number === undefined ? undefined : { code: Number(number), name },
    message,
  };
}
