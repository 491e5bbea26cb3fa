import { accessSync, closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../../common/error-code.ts';

/** Bytes. They hold the program headers of every linker's output, and the loader's path. */
const HEAD = 4096;

/** Numbers of processors in ELF files (elf.h), by Node's names. */
const MACHINES: Readonly<Record<string, { readonly number: number; readonly name: string }>> = {
  x64: { number: 62, name: 'x86_64' },
  arm64: { number: 183, name: 'aarch64' },
};

/**
 * Returns why the kernel does not execute a file, or undefined if no reason is known: rights, an empty or foreign file, another processor,
 * a missing loader or interpreter. Meant for a program that has just failed, because a kernel may have emulators. `arch`: Node's name of
 * the processor.
 */
export function whyNotExecutable(path: string, arch: string = process.arch): string | undefined {
  let head: Buffer;
  try {
    accessSync(path, constants.X_OK);
    head = readHead(path);
  } catch (error) {
    return `${path}: ${errorCode(error)}`;
  }
  if (head.length === 0) return `${path} is empty`;
  if (head.subarray(0, 2).toString() === '#!') return missingInterpreter(path, head);
  if (head.subarray(0, 4).toString('latin1') !== '\x7fELF') return `${path} is not a program`;
  return wrongMachine(path, head, arch) ?? missingLoader(path, head);
}

function readHead(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD);
    return head.subarray(0, readSync(file, head, 0, HEAD, 0));
  } finally {
    closeSync(file);
  }
}

function missingInterpreter(path: string, head: Buffer): string | undefined {
  const interpreter = /^#!\s*(\S+)/.exec(head.toString())?.[1] ?? '';
  return existsSync(interpreter) ? undefined : `${path} needs ${interpreter}, which does not exist`;
}

function wrongMachine(path: string, head: Buffer, arch: string): string | undefined {
  const own = MACHINES[arch];
  const number = head.length < 20 ? 0 : head.readUInt16LE(18);
  const other = Object.values(MACHINES).find((machine) => machine.number === number);
  if (own === undefined || other === undefined || other === own) return undefined;
  return `${path} is for ${other.name}, and this machine is ${own.name}`;
}

/** ELF's type of the program header with the loader's path. */
const PT_INTERP = 3;

/** Reads a 64-bit little-endian file, as both supported processors have. */
function missingLoader(path: string, head: Buffer): string | undefined {
  if (head.length < 64) return `${path} is truncated`;
  const [table, size, count] = [
    Number(head.readBigUInt64LE(32)),
    head.readUInt16LE(54),
    head.readUInt16LE(56),
  ];
  for (let index = 0; index < count; index += 1) {
    const at = table + index * size;
    if (at + 56 > head.length) return undefined;
    if (head.readUInt32LE(at) !== PT_INTERP) continue;
    const [start, length] = [Number(head.readBigUInt64LE(at + 8)), Number(head.readBigUInt64LE(at + 32))];
    const loader = head.subarray(start, start + length - 1).toString();
    if (loader === '' || existsSync(loader)) return undefined;
    return `${path} needs the loader ${loader}, which this system does not have`;
  }
  return undefined;
}
