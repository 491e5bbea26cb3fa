import type { Verdict } from '../custom-config/validate-bootstrap.ts';
import type { Exit } from '../supervisor/envoy-process/envoy-process.ts';
import { causeOfExit, type EndCause } from './end-cause.ts';
import { oomKills } from './oom-kills.ts';
import { whyNotExecutable } from './why-not-executable.ts';

/** Finds out why Envoys end. */
export type Diagnosis = {
  /** Call this before each start of an Envoy. */
  readonly begin: () => void;
  /** Reads a chunk of Envoy's log. */
  readonly read: (piece: Buffer) => void;
  /** Returns why the Envoy that `begin` announced has ended. `wasLive`: whether it has served. Never rejects. */
  readonly explain: (exit: Exit, hung: boolean, wasLive: boolean) => Promise<EndCause>;
};

/** Inputs of a diagnosis. */
export type DiagnosisOptions = {
  /** Returns the binary of the Envoy that `begin` announced. */
  readonly binary: () => string;
  /** Makes Envoy validate its bootstrap, without opening a port. */
  readonly validate: () => Promise<Verdict>;
  /** Processes that were killed for lack of memory. Default: those of this process's cgroup. */
  readonly countOomKills?: () => number | undefined;
};

/** Characters of Envoy's log that are kept. */
const KEPT = 16_384;
const LONGEST_WORDS = 500;

/** Lines in which Envoy says that an address, or the sockets of hot restart, belong to another process. */
const IN_USE =
  /cannot bind '[^']+': Address already in use|unable to bind domain socket with base_id[^\n"\\]*/;

/** The beginning of the line in which Envoy gives up its bootstrap. */
const REFUSES = /error (?:`[^]*` )?initializing config/;

/** Creates a diagnosis. */
export function createDiagnosis({ binary, validate, countOomKills = oomKills }: DiagnosisOptions): Diagnosis {
  let killsBefore: number | undefined;
  let log = '';

  function wasOutOfMemory(): boolean {
    const now = countOomKills();
    return now !== undefined && now > (killsBefore ?? now);
  }

  /** Explains an Envoy that ended by itself before it served. */
  async function explainStart(code: number | null): Promise<EndCause | undefined> {
    const why = whyNotExecutable(binary());
    if (why !== undefined) return { kind: 'cannot-execute', why };
    // The shell's codes for a program that it cannot execute, and the loader's code for a missing library. A busy file is being replaced.
    if ((code === 126 || code === 127) && !log.includes('Text file busy')) {
      return { kind: 'cannot-execute', why: lastLine(log) || `${binary()} ended with code ${code}` };
    }
    const verdict = await validate().catch((): Verdict => ({ kind: 'unknown', why: 'it cannot be started' }));
    if (verdict.kind === 'refused' && REFUSES.test(log)) {
      return { kind: 'configuration-refused', words: verdict.words };
    }
    const inUse = IN_USE.exec(log)?.[0];
    return inUse === undefined ? undefined : { kind: 'port-taken', words: inUse };
  }

  return {
    begin() {
      killsBefore = countOomKills();
      log = '';
    },
    read(piece) {
      log = (log + piece.toString()).slice(-KEPT);
    },
    async explain(exit, hung, wasLive) {
      const plain = causeOfExit(exit, hung);
      if (plain.kind === 'signal' && plain.signal === 'SIGKILL' && wasOutOfMemory()) {
        return { kind: 'out-of-memory' };
      }
      if (plain.kind !== 'exit-code' || wasLive) return plain;
      return (await explainStart(exit.code)) ?? plain;
    },
  };
}

function lastLine(log: string): string {
  return log.trim().split('\n').at(-1)?.slice(0, LONGEST_WORDS) ?? '';
}
