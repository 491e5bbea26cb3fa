import { userArn, type Principal } from '../auth/principal.ts';

/** What is known of a call that is to be written down. */
export type AuditedCall = {
  readonly id: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly operation: string;
  readonly readOnly: boolean;
  /** Undefined where it was not proven who calls. */
  readonly caller: Principal | undefined;
  /** What the request said about its key; proven only where `caller` is a user. */
  readonly claimedKey: string | undefined;
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly region: string;
  /** The version of TLS, e.g. `TLSv1.3`; undefined where there was none. */
  readonly tls: string | undefined;
  /** The parameters by the names of the API model; undefined where they were not read. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined;
  /** The ARN of what was asked for. */
  readonly resource: string | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
};

/** The most that the parameters of one call may take, in characters of JSON: CloudTrail's own limit is 100 kB. */
const MOST = 100_000;

/**
 * The call as an event of CloudTrail, whose record has these members, so that what reads CloudTrail's logs reads these. It
 * has no answers: they are the resources, which the API shows.
 */
export function auditEvent(call: AuditedCall): Readonly<Record<string, unknown>> {
  return {
    eventVersion: '1.09',
    userIdentity: identity(call),
    eventTime: `${new Date(call.at).toISOString().slice(0, 19)}Z`,
    eventSource: 'appmesh.amazonaws.com',
    eventName: call.operation,
    awsRegion: call.region,
    sourceIPAddress: call.address,
    userAgent: call.userAgent?.slice(0, 1024) ?? null,
    ...(call.error === undefined
      ? {}
      : { errorCode: call.error.code, errorMessage: call.error.message.slice(0, 1024) }),
    requestParameters: parameters(call.parameters),
    responseElements: null,
    requestID: call.requestId,
    eventID: call.id,
    readOnly: call.readOnly,
    ...(call.resource?.startsWith('arn:') ? { resources: [{ ARN: call.resource }] } : {}),
    eventType: 'AwsApiCall',
    managementEvent: true,
    ...(call.caller === undefined ? {} : { recipientAccountId: call.caller.account }),
    eventCategory: 'Management',
    ...(call.tls === undefined ? {} : { tlsDetails: { tlsVersion: call.tls } }),
  };
}

function identity({ caller, claimedKey }: AuditedCall): Readonly<Record<string, unknown>> {
  if (caller?.kind === 'user') {
    return {
      type: 'IAMUser',
      arn: userArn(caller),
      accountId: caller.account,
      accessKeyId: caller.accessKeyId,
      userName: caller.name,
    };
  }
  return {
    type: 'Unknown',
    ...(caller === undefined ? {} : { accountId: caller.account }),
    ...(claimedKey === undefined ? {} : { accessKeyId: claimedKey }),
  };
}

function parameters(given: AuditedCall['parameters']): unknown {
  if (given === undefined) return null;
  const { length } = JSON.stringify(given);
  return length > MOST ? { omitted: true, originalSize: length, reason: 'too large' } : given;
}
