import { existsSync } from 'node:fs';
import { compileSettings, SettingsError } from '../../common/settings.ts';
import { readStoreLocation, type StoreLocation } from '../../controlplane/store/location.ts';
import { databaseFile } from '../../controlplane/store/sqlite/open.ts';
import { CommandError, UsageError } from '../errors.ts';

/** What names a store on the command line. */
export type LocationFlags = {
  readonly data?: string | undefined;
  readonly store?: string | undefined;
};

/**
 * The store that `--data` or `--store` names.
 * @throws UsageError where they name none, or two
 */
export function storeLocation({ data, store }: LocationFlags): StoreLocation {
  try {
    const flags = { '--data': data, '--store': store };
    return compileSettings(flags, (read) => ({ location: readStoreLocation(read) })).location;
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message);
    throw error;
  }
}

/**
 * The same, of a store that has to be there already.
 * @throws CommandError where the folder has no model
 */
export function existingLocation(flags: LocationFlags): StoreLocation {
  const location = storeLocation(flags);
  if (location.engine === 'sqlite' && !existsSync(databaseFile(location.folder))) {
    throw new CommandError(`--data ${location.folder}: no model is kept there`);
  }
  return location;
}
