import { CommandError } from './errors.ts';

/**
 * Waits for the reading of a file or folder.
 * @throws CommandError that names `path`, with the reason as its cause
 */
export async function whileReading<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new CommandError(`${path} cannot be read`, { cause: error });
  }
}
