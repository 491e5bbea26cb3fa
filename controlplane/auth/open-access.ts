import { followSources } from '../../common/files/followed-sources.ts';
import { sourceName, type Source } from '../../common/files/source.ts';
import type { Log } from '../../common/log.ts';
import { warnIfReadable } from '../warn-if-readable.ts';
import { admitAnyone, type Authenticate } from './authenticate.ts';
import type { AccessKey, LoginUser } from './credentials/credentials.ts';
import { readCredentials } from './credentials/read-credentials.ts';
import { admitSigned, type Sessions } from './verify.ts';

/** The authentication of the control plane, until it is closed. */
export type Access = {
  readonly authenticate: Authenticate;
  /** The users of the credentials file, who authenticate by signature; undefined if authentication is off. */
  readonly signers: Signers | undefined;
  readonly close: () => void;
};

/** The authentication of users by signature. */
export type Signers = {
  readonly authenticate: Authenticate;
  /** The same authentication, which admits keys of sessions too. */
  readonly withSessions: (sessions: Sessions) => Authenticate;
  /** Returns the user that a principal of AWS may log in as, by its ARN without a path. */
  readonly loginOf: (principalArn: string) => LoginUser | undefined;
  /** Returns a key from the current file. */
  readonly keyOf: (accessKeyId: string) => AccessKey | undefined;
  /** Adds a listener for changes of the file. */
  readonly onChange: (listener: () => void) => void;
};

/** `credentials`: users, keys and policies; undefined: authentication is off, and every caller acts for `account`. */
export type AccessOptions = {
  readonly credentials: Source | undefined;
  readonly account: string;
  readonly region: string;
  readonly log: Log;
  readonly onReading: (outcome: 'read' | 'refused') => void;
};

/**
 * Opens the authentication by users and keys, and follows the changes of their file.
 * @throws CredentialsError if they are invalid, or the file system's error
 */
export async function openAccess({
  credentials: source,
  account,
  region,
  log,
  onReading,
}: AccessOptions): Promise<Access> {
  if (source === undefined) {
    return { authenticate: admitAnyone(account), signers: undefined, close: () => undefined };
  }
  const name = sourceName(source);
  const followed = await followSources({
    what: 'credentials',
    sources: [source],
    read: (content = Buffer.alloc(0)) => readCredentials(name, content),
    log,
    onReading,
  });
  await warnIfReadable(source, 'the secrets in the credentials file', log);
  log.info({ from: name, users: followed.current().users.length }, 'users authenticate by signature');
  const verifier = { credentials: followed.current, region, now: Date.now };
  const authenticate = admitSigned(verifier);
  return {
    authenticate,
    signers: {
      authenticate,
      withSessions: (sessions) => admitSigned({ ...verifier, sessions }),
      loginOf: (principalArn) => followed.current().logins.get(principalArn),
      keyOf: (id) => followed.current().keys.get(id),
      onChange: (listener) => void followed.onChange(listener),
    },
    close: followed.close,
  };
}
