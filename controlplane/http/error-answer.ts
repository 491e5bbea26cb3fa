import type { FastifyReply, FastifyRequest } from 'fastify';
import { StoreError } from '../store/errors.ts';
import { newCall } from './call.ts';
import { ApiError, internal, unavailable, unreadable } from './errors.ts';

/** An error as it goes out: its headers and its body, JSON. */
export type ErrorAnswer = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** The one form of all errors of the API. `id` is that of the request. */
export function errorAnswer({ code, message, headers }: ApiError, id: string): ErrorAnswer {
  return {
    headers: {
      ...headers,
      'x-amzn-RequestId': id,
      'x-amzn-ErrorType': code,
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify({ message }),
  };
}

/** Answers a request with whatever was thrown; `bodyLimit`: bytes. A fault of ours is logged with what it is. */
export function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyLimit: number,
): FastifyReply {
  const sent = asApiError(error, bodyLimit);
  request.call ??= newCall();
  request.call.failure = sent;
  if (sent.status >= 500) request.log.error({ err: error }, 'request failed');
  const { headers, body } = errorAnswer(sent, request.id);
  return reply.code(sent.status).headers(headers).send(body);
}

function asApiError(error: unknown, bodyLimit: number): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreError && error.status === 503)
    return unavailable(`${capital(error.message)}. Nothing is known to be lost.`, error);
  const { code, message, statusCode } = error as Partial<FrameworkError>;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('RequestEntityTooLargeException', `The body has more than ${bodyLimit} bytes.`);
    case 'FST_ERR_BAD_URL':
      return unreadable('The path has an escape (%XX) that is not valid, or is not UTF-8.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('RequestUriTooLongException', 'A name in the path is longer than any name can be.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return unreadable('The body is not as long as the header Content-Length says.');
    case 'ECONNRESET':
      return unreadable('The connection ended before the whole request had arrived.');
    case undefined:
    default:
      // Whatever else fastify refuses is the request's fault, not ours.
      return isRefusal(code, statusCode) ? unreadable(message ?? code) : internal(error);
  }
}

type FrameworkError = { readonly code: string; readonly message: string; readonly statusCode: number };

function isRefusal(code: string | undefined, statusCode = 500): code is string {
  return code?.startsWith('FST_') === true && statusCode >= 400 && statusCode < 500;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
