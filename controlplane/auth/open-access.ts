import { stat } from 'node:fs/promises';
import { followFiles } from '../../common/followed-files.ts';
import type { Log } from '../../common/log.ts';
import { admitAnyone, type Authenticate } from './authenticate.ts';
import { readCredentials } from './read-credentials.ts';
import { admitSigned } from './verify.ts';

/** Who may come in, as long as it is not closed. */
export type Access = { readonly authenticate: Authenticate; readonly close: () => void };

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
  if (file === undefined) return { authenticate: admitAnyone(account), close: () => undefined };
  const followed = await followFiles({
    what: 'credentials',
    files: [file],
    read: (content = Buffer.alloc(0)) => readCredentials(file, content),
    log,
    onReading,
  });
  await warnIfReadable(file, log);
  log.info({ file, users: followed.current().users.length }, 'users are known by their signatures');
  return {
    authenticate: admitSigned({ credentials: followed.current, region, now: Date.now }),
    close: followed.close,
  };
}

async function warnIfReadable(file: string, log: Log): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o007) === 0) return;
  const shown = (mode & 0o777).toString(8);
  log.warn({ file, mode: shown }, 'everyone on this machine may read the secrets in the credentials file');
}
