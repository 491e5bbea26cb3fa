import { existsSync } from 'node:fs';
import { compileSettings, SettingsError } from '../../common/settings.ts';
import { readStoreLocation, type StoreLocation } from '../../controlplane/store/location.ts';
import { databaseFile } from '../../controlplane/store/sqlite/open.ts';
import { CommandError, UsageError } from '../errors.ts';

/** The flags that name a store. */
export type LocationFlags = {
  readonly data?: string | undefined;
  readonly store?: string | undefined;
};

/**
 * Returns the store that `--data` or `--store` names.
 * @throws UsageError if the flags name no store, or two
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
 * Does the same as `storeLocation`, for a store that has to exist.
 * @throws CommandError if the folder has no model
 */
export function existingLocation(flags: LocationFlags): StoreLocation {
  const location = storeLocation(flags);
  if (location.engine === 'sqlite' && !existsSync(databaseFile(location.folder))) {
    throw new CommandError(`--data ${location.folder}: no model is kept there`);
  }
  return location;
}
