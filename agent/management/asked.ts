import type { Call, Refusal } from '../serving/serve.ts';
import { parseQuery } from './query.ts';

/** A management call as its rules see it. */
export type Asked = {
  readonly method: string;
  /** Size of the body in bytes, or `unknown` if the body has no length. */
  readonly body: number | 'unknown';
  /** The query, with its `?`, or ''. */
  readonly query: string;
};

/** Returns the parts of a request that the rules need. */
export function askedBy({ request, query }: Call): Asked {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return {
    method: request.method ?? '',
    body: coding === undefined ? Number(length ?? 0) : 'unknown',
    query,
  };
}

/** App Mesh's words for each problem of a request's form. */
export type FormWords = {
  readonly method: (method: string) => string;
  readonly body: (size: number | 'unknown') => string;
  readonly query: (problem: string) => string;
};

/**
 * Checks what all management calls require: the method, no body, and a query that can be parsed. Returns the parameters, or a refusal in
 * App Mesh's words; like App Mesh's agent, with status 400 for every problem.
 */
export function checkForm(
  asked: Asked,
  method: 'GET' | 'POST',
  words: FormWords,
): ReadonlyMap<string, string> | Refusal {
  if (asked.method !== method) return invalid(words.method(asked.method));
  if (asked.body !== 0) return invalid(words.body(asked.body));
  const query = parseQuery(asked.query);
  return 'problem' in query ? invalid(words.query(query.problem)) : query.values;
}

/** Returns a refusal of an invalid request. */
export function invalid(line: string): Refusal {
  return { status: 400, line };
}

/** Returns whether a check has refused the request. */
export function isRefusal(checked: object): checked is Refusal {
  return 'status' in checked;
}
