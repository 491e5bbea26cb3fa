import { text, type Reader } from '../../common/settings.ts';

/** The place of the model: a folder on this machine, or a PostgreSQL database. */
export type StoreLocation =
  | { readonly engine: 'sqlite'; readonly folder: string }
  | { readonly engine: 'postgres'; readonly url: string };

const URL_WANTED =
  'a PostgreSQL URL with the name of a database, e.g. postgres://user:password@host:5432/database?sslmode=verify-full';

/**
 * Reads `--data FOLDER` or `--store postgres://user:password@host:port/database`; exactly one of the two has to be set. The
 * URL takes the driver's parameters (`?sslmode=…&sslrootcert=…`, `?host=/folder/of/socket`).
 */
export function readStoreLocation(read: Reader): StoreLocation {
  const folder = read('--data', text, '');
  const url = read('--store', text, '');
  if (folder === '' && url === '') {
    const wanted = 'the folder of the store, or --store for one in PostgreSQL';
    read.problem({ name: '--data', got: undefined, wanted });
  }
  if (folder !== '' && url !== '') {
    const wanted = 'set only one of --data and --store';
    read.problem({ name: '--data', got: folder, wanted });
  }
  if (url !== '' && !isPostgresUrl(url)) {
    read.problem({ name: '--store', got: withoutPassword(url), wanted: URL_WANTED });
  }
  return url === '' ? { engine: 'sqlite', folder } : { engine: 'postgres', url };
}

function isPostgresUrl(url: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url) && new URL(url).pathname.length > 1;
}

/** Removes everything from a URL that may be a password, for messages. The URL may be invalid. */
export function withoutPassword(url: string): string {
  return url.replace(/(\/\/[^:/?#]*):.*@/, '$1@').replace(/([?&]password=)[^&]*/g, '$1');
}
