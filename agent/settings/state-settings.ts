import { boolean, type Parser, type Reader } from '../../common/settings.ts';
import { path } from './parsers/parsers.ts';

/** Where the last good configuration is kept. */
export type StateSettings = {
  readonly folder: string;
  /** Whether the operator named the folder: only then it is a problem that it cannot be used. */
  readonly isNamed: boolean;
  /** Whether private keys from the control plane are kept too. */
  readonly keys: boolean;
  /** A folder that all tasks of one node share. */
  readonly fallback: string | undefined;
};

const DEFAULT_FOLDER = '/var/lib/daybreak-agent';

/** Reads where the last good configuration is kept. systemd sets STATE_DIRECTORY, so its value is never refused. */
export function readState(read: Reader): StateSettings {
  const named = read('DAYBREAK_STATE_DIR', path, undefined);
  return {
    folder: named ?? read('STATE_DIRECTORY', firstPath, undefined) ?? DEFAULT_FOLDER,
    isNamed: named !== undefined,
    keys: read('DAYBREAK_STATE_KEYS', boolean, false),
    fallback: read('DAYBREAK_FALLBACK', path, undefined),
  };
}

/** systemd separates several folders by colons. */
const firstPath: Parser<string | undefined> = (value) => ({
  value: value.split(':').find((each) => each.startsWith('/')),
});
