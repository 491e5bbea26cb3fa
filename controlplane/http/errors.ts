/**
 * Every error that the API answers with, and its HTTP status. The first ten are App Mesh's own; the others are those
 * that AWS answers with before a call reaches a service.
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
  /** The request is no HTTP request, or its body no JSON, that this API can read. */
  SerializationException: 400,
  /** No operation has that path. */
  UnknownOperationException: 404,
  /** The path is that of an operation, which takes another method. */
  MethodNotAllowedException: 405,
  RequestTimeoutException: 408,
  RequestEntityTooLargeException: 413,
  RequestUriTooLongException: 414,
  ExpectationFailedException: 417,
  /** The request is for another host. */
  MisdirectedRequestException: 421,
  RequestHeaderFieldsTooLargeException: 431,
  /** Nobody signed. */
  MissingAuthenticationTokenException: 403,
  /** The signature cannot be read. */
  IncompleteSignatureException: 403,
  /** Not what the key makes of this request, or not of this time. */
  InvalidSignatureException: 403,
  /** No such access key, or not with that session token. */
  UnrecognizedClientException: 403,
  ExpiredTokenException: 403,
  /** It is known who asks, and he may not. */
  AccessDeniedException: 403,
} as const;

/** The name of an error, as it stands in `x-amzn-ErrorType`. */
export type ErrorCode = keyof typeof STATUS;

/** Every name of an error. */
export const ERROR_CODES = Object.keys(STATUS) as readonly ErrorCode[];

/** An answer that says what was wrong. `headers` go with it. */
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

/** The request says something that is not allowed. */
export const badRequest = (message: string): ApiError => new ApiError('BadRequestException', message);

/** A name that names nothing. */
export const notFound = (message: string): ApiError => new ApiError('NotFoundException', message);

/** It exists already, or the client's token was used for something else. */
export const conflict = (message: string): ApiError => new ApiError('ConflictException', message);

/** The caller is known, and may not do that to what is there. */
export const forbidden = (message: string): ApiError => new ApiError('ForbiddenException', message);

/** It cannot be deleted because of what depends on it. */
export const inUse = (message: string): ApiError => new ApiError('ResourceInUseException', message);

/** A resource would have more tags than it may. */
export const tooManyTags = (message: string): ApiError => new ApiError('TooManyTagsException', message);

/** The bytes cannot be read as a request. */
export const unreadable = (message: string): ApiError => new ApiError('SerializationException', message);

/** Nothing was done, and the same call may succeed later. */
export const unavailable = (message: string, cause?: unknown): ApiError =>
  new ApiError('ServiceUnavailableException', message, { cause });

/** The account, or the parent, has as many as the operator lets it have. */
export const limitExceeded = (message: string): ApiError => new ApiError('LimitExceededException', message);

/** Too many calls of one principal; `seconds` (whole, at least 1) until the next one may succeed. */
export const tooManyRequests = (message: string, seconds: number): ApiError =>
  new ApiError('TooManyRequestsException', message, { headers: { 'retry-after': String(seconds) } });

/** The request is for a host that is not this control plane. */
export const misdirected = (host: string): ApiError =>
  new ApiError(
    'MisdirectedRequestException',
    `This control plane is not ${JSON.stringify(host)}: it takes loopback names, IP addresses, the name of its machine, the names ` +
      'of its certificate, appmesh.REGION.amazonaws.com, and what --api-host names.',
  );

/** There is no such path. */
export const unknownPath = (method: string, path: string): ApiError =>
  new ApiError('UnknownOperationException', `There is no operation at ${method} ${path}.`);

/** The path exists, but not with this method; `allowed` lists those that it has. */
export const unknownMethod = (method: string, path: string, allowed: readonly string[]): ApiError => {
  const headers = { allow: allowed.join(', ') };
  const message = `There is no operation at ${method} ${path}: it takes ${allowed.join(' or ')}.`;
  return new ApiError('MethodNotAllowedException', message, { headers });
};

/** A fault of ours. What exactly went wrong is in the log only, under the request's id. */
export const internal = (cause: unknown): ApiError =>
  new ApiError(
    'InternalServerErrorException',
    'An internal error occurred. The log of the control plane says more.',
    {
      cause,
    },
  );
