import { constants } from 'node:os';

/**
 * Why an Envoy ended. `cannot-execute` and `configuration-refused` do not go away by themselves, so they cost no restart. `words` are
 * those of Envoy, `why` those of the agent.
 */
export type EndCause =
  | { readonly kind: 'exit-code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  /** Another agent started this Envoy, so its exit code is unknown. */
  | { readonly kind: 'unseen' }
  | { readonly kind: 'hang' }
  /** SIGKILL does not end it, because it waits in the kernel. */
  | { readonly kind: 'stuck' }
  | { readonly kind: 'out-of-memory' }
  /** The machine could not create the process, e.g. for lack of memory or process ids. */
  | { readonly kind: 'cannot-start'; readonly why: string }
  | { readonly kind: 'port-taken'; readonly words: string }
  | { readonly kind: 'cannot-execute'; readonly why: string }
  | { readonly kind: 'configuration-refused'; readonly words: string };

type Exit = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isStuck?: true;
};

/** Returns the cause that the exit itself shows. */
export function causeOfExit({ code, signal, isStuck }: Exit, hung: boolean): EndCause {
  if (isStuck === true) return { kind: 'stuck' };
  if (hung) return { kind: 'hang' };
  if (signal !== null) return { kind: 'signal', signal };
  return code === null ? { kind: 'unseen' } : { kind: 'exit-code', code };
}

/** Whether a restart can help. */
export function isPermanent({ kind }: EndCause): boolean {
  return kind === 'cannot-execute' || kind === 'configuration-refused';
}

/** Describes a cause as the end of a sentence that begins with `Envoy`, e.g. `was killed by SIGSEGV`. */
export function describeCause(cause: EndCause): string {
  switch (cause.kind) {
    case 'exit-code':
      return `ended with code ${cause.code}`;
    case 'signal':
      return `was killed by ${cause.signal}`;
    case 'unseen':
      return 'ended; the previous agent started it, so its exit code is unknown';
    case 'hang':
      return 'hung, and the agent ended it';
    case 'stuck':
      return 'does not end although it got SIGKILL: it waits in the kernel, such as for a disk that does not answer';
    case 'out-of-memory':
      return 'was killed for lack of memory; raise the memory limit of the container, or use fewer ENVOY_CONCURRENCY threads';
    case 'cannot-start':
      return `cannot be started: ${cause.why}`;
    case 'port-taken':
      return `found a port in use: ${cause.words}`;
    case 'cannot-execute':
      return `cannot be executed: ${cause.why}`;
    case 'configuration-refused':
      return `refuses its bootstrap: ${cause.words}`;
  }
}

/**
 * Returns the exit code of the agent, which differs by cause. A signal is 128 and its number, and a program that cannot be executed 126, as in a
 * shell; the others are those of sysexits(3): EX_UNAVAILABLE, EX_SOFTWARE, EX_OSERR, EX_CONFIG.
 */
export function exitCodeOf(cause: EndCause): number {
  switch (cause.kind) {
    case 'exit-code':
    case 'unseen':
      return 1;
    case 'signal':
      return 128 + constants.signals[cause.signal];
    case 'port-taken':
      return 69;
    case 'hang':
    case 'stuck':
      return 70;
    case 'out-of-memory':
    case 'cannot-start':
      return 71;
    case 'configuration-refused':
      return 78;
    case 'cannot-execute':
      return 126;
  }
}
