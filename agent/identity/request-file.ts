import { createPrivateKey } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { withAwakeTimeout } from '../../common/limits/with-timeout.ts';
import { writeState } from '../state/write-state.ts';
import { readOwnFile } from './own-file.ts';
import type { SigningRequest } from './signing-request.ts';

/** The file with the signing request of the first certificate, while the agent asks for it. */
export type RequestFile = {
  /** Returns the request that the last agent of this node made within the last hour; undefined if there is none that can be used. */
  readonly read: () => Promise<SigningRequest | undefined>;
  /** Writes a request, mode 0600, before a control plane sees it. */
  readonly keep: (request: SigningRequest) => Promise<void>;
  readonly remove: () => Promise<void>;
};

/** The version of the file. */
const FORMAT = 1;
/** How long a request is used, in milliseconds: as long as a join token is valid at most. */
const LONGEST_MS = 60 * 60 * 1000;
/** How long a folder may take, in milliseconds. A network file system may not answer. */
const LIMIT_MS = 2000;

/** `request`: PKCS #10, DER, in Base64. `made`: in milliseconds since 1970. */
type Content = {
  readonly format: number;
  readonly nodeId: string;
  readonly made: number;
  readonly key: string;
  readonly request: string;
};

/**
 * Opens the file of the signing request. A join token that was used works for its signing request only, of which the agent alone has the
 * key. So the request is kept until there is a certificate for it: an agent that is stopped between the use of its token and the answer asks
 * again with the same one. Without a file that can be written, the agent goes on, and such a token is lost with it. `now`: milliseconds
 * since 1970.
 */
export function requestFile(
  file: string,
  nodeId: string,
  log: Log,
  now: () => number = Date.now,
): RequestFile {
  const within = <T>(work: Promise<T>): Promise<T> =>
    withAwakeTimeout(LIMIT_MS, `no answer of ${file}`, work);
  const warn = (error: unknown, text: string): void => log.warn({ file, problem: errorText(error) }, text);
  return {
    async read() {
      try {
        const content = await within(readOwnFile(file));
        if (content === undefined) return undefined;
        const { format, nodeId: node, made, key, request } = JSON.parse(content) as Content;
        const age = now() - made;
        if (format !== FORMAT || node !== nodeId || !(age >= 0 && age < LONGEST_MS)) return undefined;
        createPrivateKey(key);
        return { key, request: new Uint8Array(Buffer.from(request, 'base64')) };
      } catch (error) {
        warn(error, 'ignoring the kept signing request');
        return undefined;
      }
    },
    async keep({ key, request }) {
      const content: Content = {
        format: FORMAT,
        nodeId,
        made: now(),
        key,
        request: Buffer.from(request).toString('base64'),
      };
      await within(writeState(file, [Buffer.from(`${JSON.stringify(content)}\n`)])).catch((error: unknown) =>
        warn(error, 'the signing request is kept in memory alone'),
      );
    },
    async remove() {
      await within(rm(file, { force: true })).catch((error: unknown) =>
        warn(error, 'the kept signing request could not be removed'),
      );
    },
  };
}
