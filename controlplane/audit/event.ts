import { userArn, type Principal } from '../auth/principal.ts';
import type { CallSource } from '../http/call.ts';

/** The details of an audited call. */
export type AuditedCall = {
  readonly id: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly operation: string;
  readonly readOnly: boolean;
  readonly source: CallSource;
  /** Undefined if the caller was not authenticated. */
  readonly caller: Principal | undefined;
  /** The access key id that the request names; verified only if `caller` is a user. */
  readonly claimedKey: string | undefined;
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly region: string;
  /** The version of TLS, e.g. `TLSv1.3`; undefined for plain text. */
  readonly tls: string | undefined;
  /** The parameters by the names of the API model; undefined if they were not parsed. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined;
  /** The ARN of the requested resource. */
  readonly resource: string | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
};

/** The largest logged parameters of one call, in characters of JSON: CloudTrail's own limit is 100 kB. */
const MAX_PARAMETERS = 100_000;

/**
 * Formats a call as a CloudTrail event, so that tools for CloudTrail's logs can read the audit. `responseElements` is null:
 * the response is the resource, which the API returns.
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
    ...(call.source === 'console'
      ? { additionalEventData: { source: 'console' }, sessionCredentialFromConsole: 'true' }
      : {}),
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
      ...(caller.awsCaller === undefined
        ? {}
        : { sessionContext: { sessionIssuer: { type: 'Role', arn: caller.awsCaller } } }),
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
  return length > MAX_PARAMETERS ? { omitted: true, originalSize: length, reason: 'too large' } : given;
}
