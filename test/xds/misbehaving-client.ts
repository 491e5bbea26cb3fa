import { constants, type ClientHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { SERVICE_NAMES, SERVICES, type DiscoveryService } from '../../xds/service.ts';
import { connectRaw, frame, type RawClient } from '../../xds/testing/http2.ts';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES } from '../../xds/types.ts';
import { createRandom, type Random } from './random.ts';

/** The actions of a misbehaving client, and the ends of its streams. */
export type Misbehaviour = {
  readonly messages: number;
  readonly streams: number;
  readonly responses: number;
  /** Streams by how they ended: a gRPC status, `reset` or `cut`. */
  readonly ends: Readonly<Record<string, number>>;
};

/** Options of the misbehaving client. */
export type MisbehaviourOptions = {
  readonly port: number;
  /** Messages to send. */
  readonly messages: number;
  /** The seed of the random choices; the same seed repeats them. */
  readonly seed: number;
  /** Ids of existing nodes, some of which the client uses as its own. */
  readonly nodes: readonly string[];
  /** Called now and then, with the number of messages sent so far. */
  onProgress?(messages: number): Promise<void> | void;
};

const STREAMS_AT_ONCE = 16;
const MESSAGES_A_STREAM = 40;
const PROGRESS_EVERY = 5000;
const STREAM_LIMIT_MS = 1000;

/**
 * Sends random requests, wrong nonces, unknown types and methods, huge names, garbage, half-closed and cut streams, over several streams at once; now
 * and then a valid request.
 */
export async function misbehave(options: MisbehaviourOptions): Promise<Misbehaviour> {
  const random = createRandom(options.seed);
  const ends: Record<string, number> = {};
  let messages = 0;
  let responses = 0;
  let streams = 0;
  let reported = 0;
  const work = async (): Promise<void> => {
    let client = connectRaw(options.port);
    while (messages < options.messages) {
      if (client.session.destroyed || random.oneIn(20)) {
        client.close();
        client = connectRaw(options.port);
      }
      streams += 1;
      const stream = await runStream(client, options, random);
      messages += stream.messages;
      responses += stream.responses;
      ends[stream.end] = (ends[stream.end] ?? 0) + 1;
      if (messages < reported + PROGRESS_EVERY) continue;
      reported = messages;
      await options.onProgress?.(messages);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, work));
  return { messages, streams, responses, ends };
}

async function runStream(
  client: RawClient,
  { nodes }: MisbehaviourOptions,
  random: Random,
): Promise<{ messages: number; responses: number; end: string }> {
  const isDelta = random.oneIn(2);
  const service: DiscoveryService = SERVICES[random.oneIn(3) ? random.from(SERVICE_NAMES) : 'aggregated'];
  const { path } = isDelta ? service.delta : service.sotw;
  const stream = client.open(random.oneIn(50) ? `${path}Xyz` : path);
  const nonces: string[] = [''];
  let responses = 0;
  const ended = endOf(stream);
  if (random.oneIn(10)) stream.pause();
  else {
    eachMessage(stream, (message) => {
      responses += 1;
      nonces.push(
        fromBinary(isDelta ? DeltaDiscoveryResponseSchema : DiscoveryResponseSchema, message).nonce,
      );
    });
  }
  const node = { id: random.oneIn(4) ? random.from(BAD_NODES) : random.from(nodes), cluster: 'any' };
  let messages = 0;
  for (
    const most = 1 + random.below(MESSAGES_A_STREAM);
    messages < most && !stream.destroyed;
    messages += 1
  ) {
    const hasNode = messages === 0 ? !random.oneIn(20) : random.oneIn(20);
    const typeUrl = someType(random, service.onlyType);
    const request = { typeUrl, ...(isDelta ? deltaRequest(random, nonces) : sotwRequest(random, nonces)) };
    stream.write(spoiled(random, { ...request, ...(hasNode ? { node } : {}) }, isDelta));
    if (random.oneIn(4)) await sleep(1);
  }
  leave(stream, client, random);
  return { messages, end: await ended, responses };
}

/** Ends a stream in one of the possible ways. */
function leave(stream: ClientHttp2Stream, client: RawClient, random: Random): void {
  const way = random.below(20);
  if (way === 0) client.close();
  else if (way < 10) stream.end();
  else stream.close(constants.NGHTTP2_CANCEL);
}

function endOf(stream: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => {
    let status: string | undefined;
    const hear = (headers: Readonly<Record<string, string | string[] | number | undefined>>): void => {
      if (headers['grpc-status'] !== undefined) status = [headers['grpc-status']].join('');
    };
    stream.on('response', hear).on('trailers', hear);
    const limit = setTimeout(() => stream.destroy(), STREAM_LIMIT_MS);
    stream.once('close', () => {
      clearTimeout(limit);
      resolve(status === undefined ? (stream.rstCode === 0 ? 'cut' : 'reset') : `status ${status}`);
    });
  });
}

function eachMessage(stream: ClientHttp2Stream, hear: (message: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      hear(rest.subarray(5, end));
      rest = rest.subarray(end);
    }
  });
}

const BAD_NODES = [
  '',
  'x',
  'mesh/none/virtualNode/none',
  'mesh/m/virtualRouter/r',
  'arn:aws:s3:::b',
  'y'.repeat(5000),
];
const TYPES = [CLUSTER, ENDPOINTS, LISTENER, ROUTES];
const NAMES = ['*', '', 'a', 'b', 'cds_ingress_mesh', 'ünïcode', '\u0000', 'lds_ingress_0.0.0.0_15000'];

function someType(random: Random, onlyType: string | undefined): string {
  if (random.oneIn(80)) return random.from(['', ...TYPES, 'z'.repeat(3000)]);
  if (random.oneIn(20)) return random.from(['no.such/Type', 'type.googleapis.com/google.protobuf.Any']);
  return onlyType === undefined ? random.from(TYPES) : random.from(['', onlyType]);
}

function someNames(random: Random): string[] {
  if (random.oneIn(200)) return ['n'.repeat(20_000)];
  if (random.oneIn(500)) return Array.from({ length: 25_000 }, (_, index) => `n${index}`);
  return Array.from({ length: random.below(6) }, () => random.from(NAMES));
}

function common(random: Random, nonces: readonly string[]) {
  const responseNonce = random.oneIn(3) ? `${random.below(1000)}` : (nonces.at(-1 - random.below(2)) ?? '');
  const errorDetail = random.oneIn(4) ? { code: 3, message: 'no'.repeat(random.below(500)) } : undefined;
  return { responseNonce, ...(errorDetail === undefined ? {} : { errorDetail }) };
}

function sotwRequest(random: Random, nonces: readonly string[]) {
  return { ...common(random, nonces), resourceNames: someNames(random), versionInfo: random.from(NAMES) };
}

function deltaRequest(random: Random, nonces: readonly string[]) {
  const initialResourceVersions = Object.fromEntries(someNames(random).map((name) => [name, 'v']));
  return {
    ...common(random, nonces),
    resourceNamesSubscribe: someNames(random),
    resourceNamesUnsubscribe: random.oneIn(3) ? someNames(random) : [],
    ...(random.oneIn(5) ? { initialResourceVersions } : {}),
  };
}

/** Encodes a request; now and then truncates it, overwrites bytes, or sets a wrong length or the compression flag. */
function spoiled(random: Random, request: Record<string, unknown>, isDelta: boolean): Buffer {
  const message = isDelta
    ? toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request))
    : toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request));
  const framed = frame(message);
  if (!random.oneIn(100)) return framed;
  const way = random.below(5);
  if (way === 0) framed[0] = 1;
  else if (way === 1) framed.writeUInt32BE(message.length + 1 + random.below(2 ** 30), 1);
  else if (way === 2) return framed.subarray(0, random.below(framed.length));
  else
    for (let at = 5 + random.below(20); at < framed.length; at += 1 + random.below(20))
      framed[at] = random.below(256);
  return framed;
}
