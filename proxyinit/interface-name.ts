import type { Parser } from '../common/settings.ts';

/** The name of a network interface, or the beginning of one with `+` for any rest, as iptables matches it. */
export const interfaceName: Parser<string> = (text) => {
  return /^(?=.{1,15}$)[A-Za-z0-9][A-Za-z0-9_.-]*\+?$/.test(text)
    ? { value: text }
    : {
        wanted:
          'the name of a network interface of up to 15 letters, digits, . _ or -, or the beginning of one followed by +',
      };
};
