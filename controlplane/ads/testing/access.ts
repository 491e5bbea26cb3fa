import { createPlainCallers } from '../../agents/plain-callers.ts';
import { createMutualInstances } from '../../agents/mutual-instances.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import { afterEach, beforeEach } from 'vitest';
import { fileSource } from '../../../common/files/source.ts';
import { createLog } from '../../../common/log.ts';
import { createXdsServer, type XdsServer } from '../../../xds/server.ts';
import type { ConnectedAgent } from '../../agents/agent-entry.ts';
import { createAgents, type Agents } from '../../agents/agents.ts';
import { createDraining, type Draining } from '../../agents/draining.ts';
import { Model } from '../../mesh/model.ts';
import { openAccess } from '../../auth/open-access.ts';
import { DOCUMENT, OWNER, REGION } from '../../auth/testing/signed-requests.ts';
import { openCertificate } from '../../tls/open-certificate.ts';
import { certificateFiles, writeSelfSigned } from '../../tls/testing/certificates.ts';
import type { Admission } from '../access/admission.ts';
import { parseIdentity } from '../identity.ts';
import { createConnectionTracker } from '../../connections/connection-tracker.ts';
import { listenAds, type AdsListener } from '../listen.ts';
import { openAdsAccess, type AdsAccessSettings } from '../access/open-ads-access.ts';
import type { RefusalReason } from '../access/refusal-reason.ts';
import { openStream, type OpenOptions, type TestStream } from './client.ts';
import { tokenSum } from '../access/tokens.ts';

const log = createLog('test', 'silent');
const ignore = (): void => undefined;
const UNLIMITED = { proxies: undefined, proxiesPerResource: undefined };

/** ADS of a control plane over TLS, with all its parts, and records of what happened. */
export type Served = {
  /** `localhost:…`, the name in its certificate. */
  readonly address: string;
  readonly refusals: readonly RefusalReason[];
  /** The reasons why connections were closed. */
  readonly turnedAway: readonly string[];
  /** For each admitted stream, whether it is authenticated. */
  readonly identified: readonly boolean[];
  /** The kinds of files that were read again. */
  readonly readings: readonly string[];
  /** The account of each mesh, in place of a model. */
  readonly owners: Map<string, string>;
  readonly xds: XdsServer;
  readonly agents: Agents;
  /** The agents whose stream was admitted, oldest first. */
  readonly connected: readonly ConnectedAgent[];
  /** Empty at first. Agents take instances of its virtual nodes out. */
  readonly model: Model;
  readonly draining: Draining;
  readonly listener: AdsListener;
  readonly admission: Admission;
};

/** The files of `tokens`, `ca.pem` and `credentials` that ADS uses. The fixture writes the last one itself. */
export type Asks = { readonly tokens?: boolean; readonly clientCa?: boolean; readonly credentials?: boolean };

/** The fixture of each test in a file: a folder, a server that uses its files, and streams to it. All are removed afterwards. */
export type AccessFixture = {
  readonly file: (name: string) => string;
  readonly serve: (asks: Asks, limits?: Partial<Limits>) => Promise<Served>;
  /** Opens a stream to the server as that node; without `channel`, it has no client certificate. */
  readonly open: (
    node: string,
    metadata?: Readonly<Record<string, string>>,
    channel?: ChannelCredentials,
    options?: Pick<OpenOptions, 'method' | 'authority'>,
  ) => TestStream;
  /** Channel credentials with a client certificate. */
  readonly channel: (certificate: { readonly cert: string; readonly key: string }) => ChannelCredentials;
};

type Limits = Pick<AdsAccessSettings, 'proxyQuotas' | 'adsRateLimit'>;

/** Creates the fixture. To be called once, at the top of a test file. */
export function accessFixture(): AccessFixture {
  let folder: string;
  let trusted: Buffer;
  let address = '';
  let cleanups: (() => unknown)[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybreak-access-'));
    cleanups = [() => rm(folder, { recursive: true })];
  });
  afterEach(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });
  const file = (name: string): string => join(folder, name);

  async function serve(asks: Asks, limits: Partial<Limits> = {}): Promise<Served> {
    const refusals: RefusalReason[] = [];
    const identified: boolean[] = [];
    const turnedAway: string[] = [];
    const readings: string[] = [];
    const owners = new Map<string, string>();
    const files = { cert: file('cert.pem'), key: file('key.pem') };
    trusted = Buffer.from(await writeSelfSigned(files));
    const certificate = await openCertificate(certificateFiles(files), log, () => undefined);
    await writeFile(file('credentials'), JSON.stringify(DOCUMENT), { mode: 0o600 });
    const access = await openAccess({
      credentials: asks.credentials ? fileSource('--credentials', file('credentials')) : undefined,
      account: OWNER,
      region: REGION,
      log,
      onReading: () => readings.push('credentials'),
    });
    const ads = await openAdsAccess(
      {
        tokens: asks.tokens ? fileSource('--tokens', file('tokens')) : undefined,
        clientCa: asks.clientCa ? file('ca.pem') : undefined,
        proxyQuotas: UNLIMITED,
        adsRateLimit: { rate: 1000, burst: 1000 },
        region: REGION,
        ...limits,
      },
      {
        signers: access.signers,
        ownerOf: ({ mesh }) => owners.get(mesh),
        log,
        onReading: (what) => readings.push(what),
        onRefusal: (reason) => refusals.push(reason),
      },
    );
    const { admission, clientCa } = ads;
    const xds = createXdsServer({
      keyOf(node, call) {
        identified.push(admission.admit(call, parseIdentity(node.id)).isIdentified);
        return node.id;
      },
    });
    const model = new Model();
    const draining = createDraining();
    const connected: ConnectedAgent[] = [];
    const agents = createAgents({
      admission,
      model,
      draining,
      mutual: createMutualInstances(),
      plain: createPlainCallers(60_000),
      log,
      onConnected(agent) {
        connected.push(agent);
        return { state: ignore, load: ignore, latencies: ignore, ended: ignore };
      },
    });
    const where = { host: '127.0.0.1', port: 0 };
    const tracker = createConnectionTracker({
      // The defaults of a control plane.
      limits: { all: 20_000, strangers: 5000 },
      onClosed: (why) => turnedAway.push(why),
    });
    const listener = await listenAds(xds, where, admission, {
      tls: { certificate, clientCa },
      tracker,
      services: [agents],
    });
    cleanups.push(() => listener.close(), ads.close, access.close, certificate.close);
    address = `localhost:${listener.address.port}`;
    return {
      address,
      turnedAway,
      refusals,
      identified,
      readings,
      owners,
      xds,
      agents,
      connected,
      model,
      draining,
      listener,
      admission,
    };
  }

  return {
    file,
    serve,
    open(node, metadata = {}, channel = credentials.createSsl(trusted), options = {}) {
      const stream = openStream(address, { node, metadata, channel, ...options });
      cleanups.push(() => stream.close());
      return stream;
    },
    channel: ({ cert, key }) => credentials.createSsl(trusted, Buffer.from(key), Buffer.from(cert)),
  };
}

/** Returns a line of a tokens file. */
export function tokenLine(token: string, nodes: readonly string[], expires?: string): string {
  const end = expires === undefined ? {} : { expires };
  return `${JSON.stringify({ sha256: tokenSum(token), nodes, ...end })}\n`;
}
