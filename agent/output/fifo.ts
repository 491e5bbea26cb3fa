import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { cannotUseRunFolder, programMissing } from '../errors.ts';

/** Both ends of a named pipe whose name is gone already. */
export type Fifo = {
  /** For a child to inherit. Unlike a socket it can be opened again as `/dev/stdout`, by its owner. */
  readonly writeFd: number;
  /** Ends when the last writer has closed, after `closeWriteEnd`. */
  readonly reader: Socket;
  closeWriteEnd(): void;
};

/**
 * Makes a pipe by way of a name, `path`, owned by the current user.
 * @throws AgentError when there is no `mkfifo`, or the run folder, in which the one of `path` is, takes no pipe.
 */
export async function makeFifo(path: string): Promise<Fifo> {
  await promisify(execFile)('mkfifo', ['--mode=600', path]).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw programMissing('mkfifo', 'coreutils', cause);
    throw cannotUseRunFolder(dirname(dirname(path)), cause);
  });
  // The reading end first and without waiting: opening the other one waits for a reader.
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY);
  rmSync(path);
  return {
    writeFd,
    reader: new Socket({ fd: readFd, readable: true, writable: false }),
    closeWriteEnd: () => closeSync(writeFd),
  };
}
