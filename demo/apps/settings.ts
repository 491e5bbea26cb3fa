import { compileSettings, SettingsError, type Reader } from '../../common/settings.ts';

/** The settings of an app from its environment; where they are wrong it says so on stderr and exits 1. */
export function settingsOrExit<T extends object>(compile: (read: Reader) => T): Readonly<T> {
  try {
    return compileSettings(process.env, compile);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(error.exitCode);
  }
}
