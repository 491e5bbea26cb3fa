import { coded } from '../../codes.ts';
import {
  nextStanding,
  standingOf,
  takesPlaceOf,
  type Validity,
} from '../../../common/certificate-validity.ts';
import type { Log } from '../../../common/log.ts';
import type { Watch } from '../watch.ts';
import type { Start } from '../registry.ts';

/** How to watch a value with validity dates, and how to answer it. */
export type KeepValidOptions<T, A> = {
  /** Fields that identify the value in the log: `{ arn }`. */
  readonly subject: Readonly<Record<string, string>>;
  /** Starts the watch on the value, whatever its dates. */
  readonly start: Start<T>;
  readonly validityOf: (value: T) => Validity;
  /** Makes the answer for a value. `isLastResort`: the value has not been valid so far, and no better one is known. */
  readonly answer: (value: T, isLastResort: boolean) => A;
  readonly log: Log;
};

type Offered<T> = { readonly value: T; readonly validity: Validity };
type InForce<T, A> = Offered<T> & { readonly wasValid: boolean; readonly answer: A };

/** Longest time between two checks while a date is ahead, in milliseconds, because the clock may be set. */
const LONGEST_WAIT = 60 * 60 * 1000;

/**
 * Watches a value with validity dates. The value in force stays if its replacement has expired or is not valid yet; the latter
 * comes into force once it is valid. Both cases, and a near expiry, are reported.
 */
export function keepValid<T, A>(options: KeepValidOptions<T, A>): Start<A> {
  const { subject, start, validityOf, answer, log } = options;
  return (onChange): Watch<A> => {
    let inForce: InForce<T, A> | undefined;
    /** A replacement that is not valid now. */
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

    /** Returns whether the value in force has changed. */
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
        log.warn(coded('CERTIFICATE_RENEWAL', subject), `a certificate has to be renewed: ${warning}`);
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
      // The first lookup may also have ended.
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

/** The problem with the dates, if any. */
function describe(validity: Validity, now: number): readonly string[] {
  const [begin, end] = [validity.notBefore, validity.notAfter].map((time) => new Date(time).toISOString());
  const standing = standingOf(validity, now);
  if (standing === 'valid') return [];
  if (standing === 'not yet valid') return [`it is not valid before ${begin}`];
  return [standing === 'ending' ? `it expires at ${end}` : `it expired at ${end}`];
}
