import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { cannotUseRunFolder, programMissing } from '../errors.ts';
import { errorCode } from '../../common/error-code.ts';

/** Both ends of a named pipe whose name was already removed. */
export type Fifo = {
  /** For a child to inherit. Unlike a socket, its owner can open the pipe again as `/dev/stdout`. */
  readonly writeFd: number;
  /** Ends when the last writer has closed, after `closeWriteEnd`. */
  readonly reader: Socket;
  closeWriteEnd(): void;
};

/**
 * Creates a pipe that the current user owns, temporarily named `path`.
 * @throws AgentError if there is no `mkfifo`, or it cannot create a pipe in the run folder
 */
export async function makeFifo(path: string): Promise<Fifo> {
  await promisify(execFile)('mkfifo', ['--mode=600', path]).catch((cause: unknown) => {
    if (errorCode(cause) === 'ENOENT') throw programMissing('mkfifo', 'coreutils', cause);
    throw cannotUseRunFolder(dirname(dirname(path)), cause);
  });
  try {
    return openFifo(path);
  } finally {
    rmSync(path);
  }
}

/** Opens both ends of a pipe that exists. @throws Error of the file system */
export function openFifo(path: string): Fifo {
  // Open the read end first and without blocking: opening the write end blocks until there is a reader.
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY);
  return {
    writeFd,
    reader: new Socket({ fd: readFd, readable: true, writable: false }),
    closeWriteEnd: () => closeSync(writeFd),
  };
}
