import type { Log } from '../../common/log.ts';
import { problemsIn, type Circumstances, type ConditionalProblem } from '../translate/problems.ts';
import { proxyPath, type Identity } from './identity.ts';

/** A configuration, its problems, and the proxy that they are of. */
type Subject = {
  readonly key: string;
  readonly identity: Identity;
  readonly problems: readonly ConditionalProblem[];
};

/** Writes problems to the log: each once, for as long as the configuration has it. */
export type ProblemLog = {
  /** Says of a configuration what it did not have before. */
  readonly say: (subject: Subject) => void;
  /** The first proxy of a resource, by its path, has connected: that may make problems of others, which are said now. */
  readonly connected: (path: string) => void;
  /** Forgets a configuration that nobody is connected for. */
  readonly forget: (key: string) => void;
};

/** Starts with nothing said. */
export function createProblemLog(log: Log, circumstances: (identity: Identity) => Circumstances): ProblemLog {
  const said = new Map<string, ReadonlySet<string>>();
  /** Those with problems that depend on who is connected. */
  const dependent = new Map<string, Subject>();

  function say(subject: Subject): void {
    const { key, identity, problems } = subject;
    const all = new Set(problems.map(textOf));
    const known = new Set([...(said.get(key) ?? [])].filter((text) => all.has(text)));
    for (const problem of problemsIn(problems, circumstances(identity))) {
      const text = textOf(problem);
      if (known.has(text)) continue;
      known.add(text);
      log.warn({ proxy: proxyPath(identity), ...problem }, 'a part of the model has no effect');
    }
    said.set(key, known);
    if (problems.some((problem) => awaited(problem, identity) !== undefined)) dependent.set(key, subject);
    else dependent.delete(key);
  }

  return {
    say,
    connected(path) {
      for (const subject of dependent.values())
        if (subject.problems.some((problem) => awaited(problem, subject.identity) === path)) say(subject);
    },
    forget(key) {
      said.delete(key);
      dependent.delete(key);
    },
  };
}

/** The path of the proxy that has to be connected for a problem to be one. */
function awaited({ only }: ConditionalProblem, identity: Identity): string | undefined {
  if (only?.kind !== 'connected') return undefined;
  return proxyPath({ ...identity, kind: 'virtualNode', name: only.virtualNode });
}

function textOf({ where, what }: ConditionalProblem): string {
  return `${where}\0${what}`;
}
