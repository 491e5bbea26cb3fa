import { ApiError } from '../http/errors.ts';

// The names and messages are those of AWS's JSON services, so that SDKs and users know them.

/** The request is not signed. */
export const missingToken = (): ApiError =>
  new ApiError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');

/** The signature is malformed; `what` names the part and the reason, without its value. */
export const incompleteSignature = (what: string): ApiError =>
  new ApiError('IncompleteSignatureException', what);

/** The access key is unknown, or its session token differs. */
export const unrecognizedClient = (): ApiError =>
  new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.');

/** The credentials themselves have expired. */
export const expiredToken = (): ApiError =>
  new ApiError('ExpiredTokenException', 'The security token included in the request is expired');

/** The signature is of another time, region or service, or does not cover a required part. */
export const invalidSignature = (what: string): ApiError => new ApiError('InvalidSignatureException', what);

/** The signature does not match the request. */
export const signatureMismatch = (): ApiError =>
  invalidSignature(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );

/** The user is not authorized; `reason` continues the sentence, as in `because no …`. */
export const accessDenied = (user: string, action: string, resource: string, reason: string): ApiError =>
  new ApiError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
  );
