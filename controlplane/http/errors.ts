/**
 * Every error of the API, and its HTTP status. The first ten are App Mesh's own; the others are AWS's general errors, from
 * before a call reaches a service.
 */
const STATUS = {
  BadRequestException: 400,
  ConflictException: 409,
  ForbiddenException: 403,
  InternalServerErrorException: 500,
  LimitExceededException: 400,
  NotFoundException: 404,
  ResourceInUseException: 409,
  ServiceUnavailableException: 503,
  TooManyRequestsException: 429,
  TooManyTagsException: 400,
  /** The request is not valid HTTP, or its body is not valid JSON. */
  SerializationException: 400,
  /** No operation has that path. */
  UnknownOperationException: 404,
  /** The path has operations, but none with this method. */
  MethodNotAllowedException: 405,
  RequestTimeoutException: 408,
  /** The resource is not in the state that the header If-Match names. */
  PreconditionFailedException: 412,
  RequestEntityTooLargeException: 413,
  RequestUriTooLongException: 414,
  ExpectationFailedException: 417,
  /** The request is for another host. */
  MisdirectedRequestException: 421,
  RequestHeaderFieldsTooLargeException: 431,
  /** The request has no signature. */
  MissingAuthenticationTokenException: 403,
  /** The signature is malformed. */
  IncompleteSignatureException: 403,
  /** The signature does not match the request, or is expired. */
  InvalidSignatureException: 403,
  /** The access key is unknown, or its session token differs. */
  UnrecognizedClientException: 403,
  ExpiredTokenException: 403,
  /** The caller is authenticated, but not authorized. */
  AccessDeniedException: 403,
} as const;

/** The name of an error, as in the header `x-amzn-ErrorType`. */
export type ErrorCode = keyof typeof STATUS;

/** The names of all errors. */
export const ERROR_CODES = Object.keys(STATUS) as readonly ErrorCode[];

/** An error response. `headers`: further headers of the response. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { readonly headers?: Record<string, string> } = {},
  ) {
    super(message, options);
    this.name = code;
    this.code = code;
    this.status = STATUS[code];
    this.headers = options.headers ?? {};
  }
}

/** The request contains a value that is not allowed. */
export const badRequest = (message: string): ApiError => new ApiError('BadRequestException', message);

/** A named resource does not exist. */
export const notFound = (message: string): ApiError => new ApiError('NotFoundException', message);

/** The resource already exists, or the client token was used for a different request. */
export const conflict = (message: string): ApiError => new ApiError('ConflictException', message);

/** The caller may not change this existing resource. */
export const forbidden = (message: string): ApiError => new ApiError('ForbiddenException', message);

/** The resource cannot be deleted because other resources depend on it. */
export const inUse = (message: string): ApiError => new ApiError('ResourceInUseException', message);

/** A resource would have more tags than allowed. */
export const tooManyTags = (message: string): ApiError => new ApiError('TooManyTagsException', message);

/** The request cannot be parsed. */
export const unreadable = (message: string): ApiError => new ApiError('SerializationException', message);

/** The call had no effect, and a retry may succeed later. */
export const unavailable = (message: string, cause?: unknown): ApiError =>
  new ApiError('ServiceUnavailableException', message, { cause });

/** A quota of the account or of the parent is exhausted. */
export const limitExceeded = (message: string): ApiError => new ApiError('LimitExceededException', message);

/** The caller exceeded the rate limit. `seconds` (whole, at least 1) until the next call may succeed. */
export const tooManyRequests = (message: string, seconds: number): ApiError =>
  new ApiError('TooManyRequestsException', message, { headers: { 'retry-after': String(seconds) } });

/** The request is for a host that is not this control plane. */
export const misdirected = (host: string): ApiError =>
  new ApiError(
    'MisdirectedRequestException',
    `This control plane is not ${JSON.stringify(host)}: it accepts loopback names, IP addresses, its machine's name, the names ` +
      "in its certificate, App Mesh's own (appmesh.REGION.amazonaws.com), and the names in --api-host.",
  );

/** The path is unknown. */
export const unknownPath = (method: string, path: string): ApiError =>
  new ApiError('UnknownOperationException', `There is no operation at ${method} ${path}.`);

/** The path exists, but not with this method. `allowed`: its methods. */
export const unknownMethod = (method: string, path: string, allowed: readonly string[]): ApiError => {
  const headers = { allow: allowed.join(', ') };
  const message = `There is no operation at ${method} ${path}: it takes ${allowed.join(' or ')}.`;
  return new ApiError('MethodNotAllowedException', message, { headers });
};

/** An internal error. Only the log has the details, under the request's id. */
export const internal = (cause: unknown): ApiError =>
  new ApiError(
    'InternalServerErrorException',
    'An internal error occurred. The log of the control plane has the details.',
    {
      cause,
    },
  );
