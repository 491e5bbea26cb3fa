import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import {
  AttestRequestSchema,
  AttestResponseSchema,
  Method,
  ProofSchema,
  type AttestRequest,
  type AttestResponse,
} from './generated/attestation_pb.ts';

/** The path of the method: `service Identity` in attestation.proto. */
export const ATTEST_PATH = '/daybreak.identity.v1.Identity/Attest';

/** The longest that an agent waits for one attempt, in milliseconds: a connection, two answers, and AWS STS behind the second. */
export const ATTEMPT_MS = 20_000;

/** Size limit of a message from an agent, in bytes. */
export const MOST_ATTEST_BYTES = 16 * 1024;

/** A way to prove an identity. `svid` and `x509`: the certificate of the connection. */
export type ProofMethod = 'join token' | 'svid' | 'aws iam' | 'aws jwt' | 'x509';

/** The first message of an agent. */
export type Hello = {
  readonly nodeId: string;
  /** PKCS #10, DER. */
  readonly signingRequest: Uint8Array;
  /** The methods that the agent has a proof for, preferred ones first. */
  readonly methods: readonly ProofMethod[];
  readonly agentVersion: string;
  /** Whether the agent confirms a certificate. */
  readonly confirms: boolean;
};

/** The parts of a signed GetCallerIdentity that only the agent knows. */
export type AwsIamProof = {
  readonly accessKeyId: string;
  /** YYYYMMDDTHHMMSSZ */
  readonly date: string;
  readonly sessionToken: string;
  /** In hexadecimal. */
  readonly signature: string;
};

/** A proof, by its method. */
export type Proof =
  | { readonly method: 'join token'; readonly token: string }
  | ({ readonly method: 'aws iam' } & AwsIamProof)
  | { readonly method: 'aws jwt'; readonly token: string }
  | { readonly method: 'connection certificate' };

/** A message of an agent. `nothing`: its content is from a newer agent. */
export type AgentMessage =
  | ({ readonly kind: 'hello' } & Hello)
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'kept' }
  | { readonly kind: 'nothing' };

/** The question of the control plane. */
export type Challenge = {
  readonly method: ProofMethod;
  readonly nonce: Uint8Array;
  readonly audience: string;
  readonly stsHost: string;
  readonly stsRegion: string;
};

/** A certificate for a proxy. Times in milliseconds since 1970; certificates in DER. */
export type IssuedCertificate = {
  readonly spiffeId: string;
  readonly chain: readonly Uint8Array[];
  readonly roots: readonly Uint8Array[];
  readonly ends: number;
  readonly renew: number;
  /** The generation of the authority; it grows with each change of the roots. */
  readonly generation: number;
  /** How long expired certificates of the mesh are accepted in an outage of the control plane, in seconds. 0: not at all. */
  readonly expiredGraceSeconds: number;
};

/** A refusal. `code`: stable, such as `NOT_BOUND`. */
export type Refusal = { readonly code: string; readonly reason: string; readonly retryAfterSeconds: number };

/** A message of a control plane. */
export type ControlPlaneMessage =
  | ({ readonly kind: 'challenge' } & Challenge)
  | ({ readonly kind: 'certificate' } & IssuedCertificate)
  | ({ readonly kind: 'refusal' } & Refusal)
  | { readonly kind: 'nothing' };

const METHODS = {
  'join token': Method.JOIN_TOKEN,
  svid: Method.SVID,
  'aws iam': Method.AWS_IAM,
  'aws jwt': Method.AWS_JWT,
  x509: Method.X509,
} as const satisfies Readonly<Record<ProofMethod, Method>>;

const NAMES = Object.keys(METHODS) as readonly ProofMethod[];

/** Encodes a message of an agent. */
export function encodeHello({ nodeId, signingRequest, methods, agentVersion, confirms }: Hello): Uint8Array {
  const value = {
    nodeId,
    signingRequest: new Uint8Array(signingRequest),
    methods: methods.map((method) => METHODS[method]),
    agentVersion,
    confirms,
  };
  return toBinary(AttestRequestSchema, create(AttestRequestSchema, { content: { case: 'hello', value } }));
}

/** Encodes a proof. */
export function encodeProof(proof: Proof): Uint8Array {
  const value = create(ProofSchema, { method: protoProof(proof) });
  return toBinary(AttestRequestSchema, create(AttestRequestSchema, { content: { case: 'proof', value } }));
}

/** Encodes the confirmation of a certificate. */
export function encodeKept(): Uint8Array {
  return toBinary(AttestRequestSchema, create(AttestRequestSchema, { content: { case: 'kept', value: {} } }));
}

/** Decodes a message of an agent. Throws on invalid bytes. */
export function decodeAgentMessage(bytes: Uint8Array): AgentMessage {
  return readAgentMessage(fromBinary(AttestRequestSchema, bytes, { readUnknownFields: false }));
}

/** Encodes a message of a control plane. */
export function encodeAnswer(message: Exclude<ControlPlaneMessage, { kind: 'nothing' }>): Uint8Array {
  return toBinary(AttestResponseSchema, create(AttestResponseSchema, { content: protoContent(message) }));
}

/** Decodes a message of a control plane. Throws on invalid bytes. */
export function decodeAnswer(bytes: Uint8Array): ControlPlaneMessage {
  return readAnswer(fromBinary(AttestResponseSchema, bytes, { readUnknownFields: false }));
}

function protoProof(proof: Proof): NonNullable<MessageInitShape<typeof ProofSchema>['method']> {
  switch (proof.method) {
    case 'join token':
      return { case: 'joinToken', value: { token: proof.token } } as const;
    case 'aws iam': {
      const { accessKeyId, date, sessionToken, signature } = proof;
      return { case: 'awsIam', value: { accessKeyId, date, sessionToken, signature } } as const;
    }
    case 'aws jwt':
      return { case: 'awsJwt', value: { token: proof.token } } as const;
    case 'connection certificate':
      return { case: 'connectionCertificate', value: {} } as const;
  }
}

function readAgentMessage({ content }: AttestRequest): AgentMessage {
  if (content.case === 'hello') {
    const { nodeId, signingRequest, methods, agentVersion, confirms } = content.value;
    const known = methods.flatMap((method) => NAMES.find((name) => METHODS[name] === method) ?? []);
    return { kind: 'hello', nodeId, signingRequest, methods: known, agentVersion, confirms };
  }
  if (content.case === 'kept') return { kind: 'kept' };
  const proof = content.case === 'proof' ? content.value.method : undefined;
  switch (proof?.case) {
    case 'joinToken':
      return { kind: 'proof', proof: { method: 'join token', token: proof.value.token } };
    case 'awsIam': {
      const { accessKeyId, date, sessionToken, signature } = proof.value;
      return { kind: 'proof', proof: { method: 'aws iam', accessKeyId, date, sessionToken, signature } };
    }
    case 'awsJwt':
      return { kind: 'proof', proof: { method: 'aws jwt', token: proof.value.token } };
    case 'connectionCertificate':
      return { kind: 'proof', proof: { method: 'connection certificate' } };
    case undefined:
      return { kind: 'nothing' };
  }
}

function protoContent(message: Exclude<ControlPlaneMessage, { kind: 'nothing' }>) {
  switch (message.kind) {
    case 'challenge': {
      const { method, nonce, audience, stsHost, stsRegion } = message;
      const value = { method: METHODS[method], nonce: new Uint8Array(nonce), audience, stsHost, stsRegion };
      return { case: 'challenge', value } as const;
    }
    case 'certificate': {
      const { chain, roots, ends, renew, spiffeId, generation, expiredGraceSeconds } = message;
      const value = {
        chain: chain.map((each) => new Uint8Array(each)),
        roots: roots.map((each) => new Uint8Array(each)),
        ends: timestampFromMs(ends),
        renew: timestampFromMs(renew),
        spiffeId,
        generation,
        expiredGraceSeconds,
      };
      return { case: 'certificate', value } as const;
    }
    case 'refusal': {
      const { code, reason, retryAfterSeconds } = message;
      return { case: 'refusal', value: { code, reason, retryAfterSeconds } } as const;
    }
  }
}

function readAnswer({ content }: AttestResponse): ControlPlaneMessage {
  switch (content.case) {
    case 'challenge': {
      const { method, nonce, audience, stsHost, stsRegion } = content.value;
      const known = NAMES.find((name) => METHODS[name] === method);
      if (known === undefined) return { kind: 'nothing' };
      return { kind: 'challenge', method: known, nonce, audience, stsHost, stsRegion };
    }
    case 'certificate': {
      const { chain, roots, ends, renew, ...rest } = content.value;
      const { spiffeId, generation, expiredGraceSeconds } = rest;
      if (ends === undefined || renew === undefined) return { kind: 'nothing' };
      const times = { ends: timestampMs(ends), renew: timestampMs(renew) };
      return { kind: 'certificate', chain, roots, spiffeId, generation, expiredGraceSeconds, ...times };
    }
    case 'refusal': {
      const { code, reason, retryAfterSeconds } = content.value;
      return { kind: 'refusal', code, reason, retryAfterSeconds };
    }
    case undefined:
      return { kind: 'nothing' };
  }
}
