import {
  nextStanding,
  standingOf,
  takesPlaceOf,
  type Validity,
} from '../../../common/certificate-validity.ts';
import type { Log } from '../../../common/log.ts';
import type { Watch } from '../watch.ts';
import type { Start } from '../registry.ts';

/** What is valid for a time, and how it is answered. */
export type KeepValidOptions<T, A> = {
  /** What it is, for the log: `{ arn }`. */
  readonly subject: Readonly<Record<string, string>>;
  /** Follows it where it is, whatever its dates. */
  readonly start: Start<T>;
  readonly validityOf: (value: T) => Validity;
  /** The answer for a value. `isLastResort`: it has not been valid so far, and nothing better is known. */
  readonly answer: (value: T, isLastResort: boolean) => A;
  readonly log: Log;
};

type Offered<T> = { readonly value: T; readonly validity: Validity };
type InForce<T, A> = Offered<T> & { readonly wasValid: boolean; readonly answer: A };

/** The clock may be set: it is looked at again so often, in milliseconds, as long as a date is ahead. */
const LONGEST_WAIT = 60 * 60 * 1000;

/**
 * Follows what is valid for a time. What is in force stays so when what comes in its place has expired or is not valid yet;
 * the latter comes into force once it is valid. That is said, and that an end is near.
 */
export function keepValid<T, A>(options: KeepValidOptions<T, A>): Start<A> {
  const { subject, start, validityOf, answer, log } = options;
  return (onChange): Watch<A> => {
    let inForce: InForce<T, A> | undefined;
    /** What came in its place and is not valid now. */
    let waiting: Offered<T> | undefined;
    let said: readonly string[] = [];
    let timer: NodeJS.Timeout | undefined;

    function take(value: T, now: number): void {
      const offered = { value, validity: validityOf(value) };
      if (inForce === undefined || takesPlaceOf(inForce.validity, offered.validity, now)) {
        inForce = { ...offered, wasValid: false, answer: answer(value, true) };
        waiting = undefined;
      } else waiting = offered;
    }

    /** Answers whether that is something new. */
    function choose(now: number): boolean {
      const before = inForce;
      const value = source.current();
      if (value !== undefined && value !== inForce?.value) take(value, now);
      else waiting = undefined;
      if (inForce !== undefined && !inForce.wasValid && isValid(inForce.validity, now)) {
        inForce = { ...inForce, wasValid: true, answer: answer(inForce.value, false) };
      }
      return inForce !== before;
    }

    function warnings(now: number): readonly string[] {
      const own = inForce && describe(inForce.validity, now);
      const other = waiting && describe(waiting.validity, now);
      return [...(own ?? []), ...(other ?? []).map((what) => `what came in its place is not used: ${what}`)];
    }

    function say(now: number): void {
      const all = warnings(now);
      for (const warning of all.filter((each) => !said.includes(each))) {
        log.warn(subject, `a certificate has to be renewed: ${warning}`);
      }
      said = all;
    }

    function wait(now: number): void {
      clearTimeout(timer);
      const dates = [inForce, waiting].flatMap((each) => (each && nextStanding(each.validity, now)) ?? []);
      if (dates.length === 0) return;
      const left = Math.min(...dates) - now;
      timer = setTimeout(() => look() && onChange(), Math.min(left, LONGEST_WAIT)).unref();
    }

    function look(): boolean {
      const now = Date.now();
      const isNew = choose(now);
      say(now);
      wait(now);
      return isNew;
    }

    const source = start(() => {
      look();
      // It may also be that the first look has ended.
      onChange();
    });
    look();
    return {
      current: () => inForce?.answer,
      settled: source.settled,
      trouble: source.trouble,
      answeredAt: source.answeredAt,
      warnings: () => warnings(Date.now()),
      end: () => inForce?.validity.notAfter,
      close() {
        clearTimeout(timer);
        source.close();
      },
    };
  };
}

function isValid(validity: Validity, now: number): boolean {
  const standing = standingOf(validity, now);
  return standing === 'valid' || standing === 'ending';
}

/** What is wrong with its dates, if anything. */
function describe(validity: Validity, now: number): readonly string[] {
  const [begin, end] = [validity.notBefore, validity.notAfter].map((time) => new Date(time).toISOString());
  const standing = standingOf(validity, now);
  if (standing === 'valid') return [];
  if (standing === 'not yet valid') return [`it is not valid before ${begin}`];
  return [standing === 'ending' ? `it expires at ${end}` : `it expired at ${end}`];
}
