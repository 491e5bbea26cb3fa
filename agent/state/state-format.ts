import { createHash } from 'node:crypto';
import type { Resource, TypeUrl } from '../../xds/types.ts';
import type { NodeBinding } from './node-binding.ts';

/** Resources by type and name. */
export type ResourcesByType = ReadonlyMap<TypeUrl, ReadonlyMap<string, Resource>>;

/** A configuration that Envoy accepted, as it is kept on disk. */
export type StoredConfig = {
  readonly binding: NodeBinding;
  /** When the agent last knew this configuration to be the control plane's. */
  readonly liveAt: Date;
  readonly types: ResourcesByType;
  /** Secrets that are not kept, because they contain private keys. */
  readonly withoutKeys: readonly string[];
  /** Last known addresses of the names in listeners, by name. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
};

/** A file that is not a state, or not one of this format. The message completes "the state file …". */
export class StateFormatError extends Error {
  /** `newer`: a later version of the agent wrote the file. */
  readonly kind: 'damaged' | 'newer';

  constructor(kind: StateFormatError['kind'], message: string) {
    super(message);
    this.name = 'StateFormatError';
    this.kind = kind;
  }
}

/** Written in the first line. A higher one means another layout. */
const FORMAT = 1;
const MAGIC = 'daybreak-agent-state';
/** The first line: magic, format, SHA-256 of all that follows. */
const FIRST_LINE = /^daybreak-agent-state (\d{1,9}) ([0-9a-f]{64})\n/;
const LONGEST_FIRST_LINE = 128;
const LENGTH_BYTES = 4;

type Header = {
  readonly node: string;
  readonly features: NodeBinding['features'];
  readonly liveAt: string;
  readonly types: readonly { readonly typeUrl: TypeUrl; readonly resources: readonly HeaderEntry[] }[];
  readonly withoutKeys: readonly string[];
  readonly addresses: Readonly<Record<string, readonly string[]>>;
};

type HeaderEntry = {
  readonly name: string;
  readonly version: string;
  readonly ttlMs?: number;
  readonly length: number;
};

/**
 * Encodes a configuration: a line with the format and a checksum, the length of a header, the header as JSON, then the bytes of all
 * resources. Returns pieces to write one after another; the resources among them are not copied.
 */
export function encodeState(config: StoredConfig): readonly Uint8Array[] {
  const header: Header = {
    node: config.binding.id,
    features: config.binding.features,
    liveAt: config.liveAt.toISOString(),
    types: Array.from(config.types, ([typeUrl, resources]) => ({
      typeUrl,
      resources: Array.from(resources.values(), ({ name, version, ttlMs, any }) => ({
        name,
        version,
        ...(ttlMs === undefined ? {} : { ttlMs }),
        length: any.length,
      })),
    })),
    withoutKeys: config.withoutKeys,
    addresses: Object.fromEntries(config.addresses),
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(json.length);
  const resources = [...config.types.values()].flatMap((each) => Array.from(each.values(), ({ any }) => any));
  const body = [length, json, ...resources];
  return [Buffer.from(`${MAGIC} ${FORMAT} ${checksum(FORMAT, body)}\n`), ...body];
}

/**
 * Decodes a configuration. Its resources are views of `bytes`.
 * @throws StateFormatError if one bit is wrong, or the format is a newer one
 */
export function decodeState(bytes: Buffer): StoredConfig {
  const [line, format, sum] = FIRST_LINE.exec(bytes.toString('latin1', 0, LONGEST_FIRST_LINE)) ?? [];
  if (line === undefined) throw damaged('its first line is not that of a state');
  if (Number(format) > FORMAT) {
    throw new StateFormatError('newer', `has format ${format}, which a newer version of the agent wrote`);
  }
  const body = bytes.subarray(line.length);
  if (Number(format) !== FORMAT || sum !== checksum(FORMAT, [body])) {
    throw damaged('its checksum does not match its content');
  }
  try {
    return readBody(body);
  } catch {
    throw damaged('its header does not match its content');
  }
}

function readBody(body: Buffer): StoredConfig {
  const length = body.readUInt32BE(0);
  let at = LENGTH_BYTES + length;
  const header = JSON.parse(body.toString('utf8', LENGTH_BYTES, at)) as Header;
  const types = new Map<TypeUrl, ReadonlyMap<string, Resource>>();
  for (const { typeUrl, resources } of header.types) {
    const read = new Map<string, Resource>();
    for (const { length: size, ...resource } of resources) {
      read.set(resource.name, { ...resource, any: body.subarray(at, at + size) });
      at += size;
    }
    types.set(typeUrl, read);
  }
  if (at !== body.length) throw new RangeError('the lengths do not add up');
  return {
    binding: { id: header.node, features: header.features },
    liveAt: new Date(header.liveAt),
    types,
    withoutKeys: header.withoutKeys,
    addresses: new Map(Object.entries(header.addresses)),
  };
}

function checksum(format: number, pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(`${format}\n`);
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

function damaged(why: string): StateFormatError {
  return new StateFormatError('damaged', `is damaged: ${why}`);
}
