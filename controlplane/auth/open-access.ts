import { stat } from 'node:fs/promises';
import { followFiles } from '../../common/files/followed-files.ts';
import type { Log } from '../../common/log.ts';
import { admitAnyone, type Authenticate } from './authenticate.ts';
import type { AccessKey } from './credentials/credentials.ts';
import { readCredentials } from './credentials/read-credentials.ts';
import { admitSigned } from './verify.ts';

/** Who may come in, as long as it is not closed. */
export type Access = {
  readonly authenticate: Authenticate;
  /** The users of the credentials file, known by their signatures; undefined where nobody is asked. */
  readonly signers: Signers | undefined;
  readonly close: () => void;
};

/** Users who sign. */
export type Signers = {
  readonly authenticate: Authenticate;
  /** A key as the file has it now. */
  readonly keyOf: (accessKeyId: string) => AccessKey | undefined;
  /** The file was read again. */
  readonly onChange: (listener: () => void) => void;
};

/** `credentials`: the file that says who is known; undefined: nobody is asked, and everyone acts for `account`. */
export type AccessOptions = {
  readonly credentials: string | undefined;
  readonly account: string;
  readonly region: string;
  readonly log: Log;
  readonly onReading: (outcome: 'read' | 'refused') => void;
};

/**
 * Opens the control plane to those whom the credentials file knows, as it stands at each moment.
 * @throws CredentialsError, or that of the file system, where the file cannot be used
 */
export async function openAccess({
  credentials: file,
  account,
  region,
  log,
  onReading,
}: AccessOptions): Promise<Access> {
  if (file === undefined) {
    return { authenticate: admitAnyone(account), signers: undefined, close: () => undefined };
  }
  const followed = await followFiles({
    what: 'credentials',
    files: [file],
    read: (content = Buffer.alloc(0)) => readCredentials(file, content),
    log,
    onReading,
  });
  await warnIfReadable(file, log);
  log.info({ file, users: followed.current().users.length }, 'users are known by their signatures');
  const authenticate = admitSigned({ credentials: followed.current, region, now: Date.now });
  return {
    authenticate,
    signers: {
      authenticate,
      keyOf: (id) => followed.current().keys.get(id),
      onChange: (listener) => void followed.onChange(listener),
    },
    close: followed.close,
  };
}

async function warnIfReadable(file: string, log: Log): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o007) === 0) return;
  const shown = (mode & 0o777).toString(8);
  log.warn({ file, mode: shown }, 'everyone on this machine may read the secrets in the credentials file');
}
