import { compileSettings, SettingsError, type Reader } from '../../common/settings.ts';

/** Reads the settings of an application from its environment; with a wrong one it prints the reason on stderr and exits with 1. */
export function settingsOrExit<T extends object>(compile: (read: Reader) => T): Readonly<T> {
  try {
    return compileSettings(process.env, compile);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(error.exitCode);
  }
}
