import type { CallError } from '../api/call.ts';
import { texts } from './state.ts';

/** Returns the words for a failed call: those of the control plane, or, if it does not answer, the console's own. */
export function wordsOf({ code, message }: Pick<CallError, 'code' | 'message'>): string {
  return code === 'away' ? texts.value.shell.noAnswer : message;
}
