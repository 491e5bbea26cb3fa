import { ApiError } from '../http/errors.ts';

// The names and sentences are those that AWS's JSON services answer with, so that SDKs and people know them.

/** Nobody signed the request. */
export const missingToken = (): ApiError =>
  new ApiError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');

/** The signature's parts cannot be read; `what` says which and why. The values themselves are not repeated. */
export const incompleteSignature = (what: string): ApiError =>
  new ApiError('IncompleteSignatureException', what);

/** There is no such access key, or its session token is another one. */
export const unrecognizedClient = (): ApiError =>
  new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.');

/** The credentials themselves have expired. */
export const expiredToken = (): ApiError =>
  new ApiError('ExpiredTokenException', 'The security token included in the request is expired');

/** A signature of another time, region or service, or one that does not cover what it has to. */
export const invalidSignature = (what: string): ApiError => new ApiError('InvalidSignatureException', what);

/** The key makes something else of this request. */
export const signatureMismatch = (): ApiError =>
  invalidSignature(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );

/** The principal may not do that; `reason` follows as in `because no …`. */
export const accessDenied = (user: string, action: string, resource: string, reason: string): ApiError =>
  new ApiError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
  );
