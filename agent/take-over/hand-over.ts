import type { AgentCode } from '../codes.ts';
import type { ReloadRefusal } from '../reload/reload-outcome.ts';
import { waitUntilReplaceable, type ReplaceableWait } from '../reload/wait-until-replaceable.ts';
import type { Keep } from './guard.ts';

/** Outcome of the request to hand Envoy over. `accepted`: the agent ends, and Envoy serves on for `seconds` at most. */
export type HandOverOutcome =
  | { readonly kind: 'accepted'; readonly seconds: number }
  | { readonly kind: 'refused'; readonly code: AgentCode; readonly message: string };

/** Inputs of a hand-over. */
export type HandOverInput = Omit<ReplaceableWait, 'limitMs'> & {
  /** Undefined: Envoy ends with the agent. */
  readonly keep: Keep | undefined;
  readonly hotRestartOff: string | undefined;
};

/** A package manager waits for the answer. */
const LIMIT_MS = 30_000;

/** Waits, for at most 30 s, until Envoy can be left to the next agent. Never rejects. */
export async function askToLeave({ keep, hotRestartOff, ...wait }: HandOverInput): Promise<HandOverOutcome> {
  if (keep === undefined) {
    const why = hotRestartOff ?? 'DAYBREAK_KEEP_ENVOY_S is 0, which is the default';
    return { kind: 'refused', code: 'HAND_OVER_OFF', message: `Envoy ends with the agent: ${why}` };
  }
  try {
    await waitUntilReplaceable({ ...wait, limitMs: LIMIT_MS }, 'hot restart');
  } catch (error) {
    const { code, message } = error as ReloadRefusal;
    return { kind: 'refused', code, message };
  }
  return { kind: 'accepted', seconds: keep.seconds };
}
