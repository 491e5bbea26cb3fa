import { isObject } from '../../../common/is-object.ts';
/** A segment or subsegment of X-Ray, as far as the agent reads it. `document` is the whole text as it came. */
export type Segment = SegmentFields & { readonly traceId: string; readonly document: string };

/** The members of a segment document. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
export type SegmentFields = {
  readonly name: string;
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly parent_id?: string;
  /** Seconds since 1970, with a fraction. */
  readonly start_time: number;
  readonly end_time?: number;
  readonly in_progress?: boolean;
  readonly type?: string;
  readonly namespace?: string;
  readonly origin?: string;
  readonly error?: boolean;
  readonly fault?: boolean;
  readonly throttle?: boolean;
  readonly http?: {
    readonly request?: Readonly<Record<string, unknown>>;
    readonly response?: Readonly<Record<string, unknown>>;
  };
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly aws?: Readonly<Record<string, unknown>>;
  readonly sql?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  readonly subsegments?: readonly SegmentFields[];
};

/** Subsegments in subsegments. Deeper ones are left out of spans; the document keeps them. */
export const DEEPEST = 32;

/** Seconds. OTLP has nanoseconds of 64 bits. A later time is not in seconds. */
const LATEST = 2 ** 64 / 1e9;

/** Characters of a header: the daemon's has 30. */
const LONGEST_HEADER = 200;
const TRACE_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const ID = /^[0-9a-f]{16}$/i;

/**
 * Parses a datagram of X-Ray's protocol: a line `{"format":"json","version":1}`, then a segment document. Undefined if it has another form.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html
 */
export function parseDatagram(datagram: Buffer): Segment | undefined {
  const newline = datagram.indexOf('\n');
  if (newline === -1) return undefined;
  if (newline > LONGEST_HEADER || !isHeader(datagram.toString('utf8', 0, newline))) return undefined;
  return parseSegment(datagram.toString('utf8', newline + 1));
}

function isHeader(line: string): boolean {
  const header = parseObject(line);
  return header?.['format'] === 'json' && header['version'] === 1;
}

/** Parses a segment document. Undefined if it is not JSON, or lacks a member that X-Ray requires. */
export function parseSegment(document: string): Segment | undefined {
  const fields = parseObject(document);
  if (fields === undefined || !isSegment(fields)) return undefined;
  const traceId = fields['trace_id'];
  if (typeof traceId !== 'string' || !TRACE_ID.test(traceId)) return undefined;
  return { ...fields, traceId: traceId.toLowerCase(), document };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns whether an object has the members that every segment and subsegment has. Members of another type count as absent where they are
 * read.
 */
export function isSegment(fields: unknown): fields is SegmentFields & Readonly<Record<string, unknown>> {
  if (!isObject(fields)) return false;
  const { name, id, start_time: start } = fields;
  return typeof name === 'string' && isId(id) && isTime(start);
}

/** Returns whether a value is the id of a segment. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** Returns whether a value is a time in seconds that a span can have. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < LATEST;
}
