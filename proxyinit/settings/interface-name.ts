import type { Parser } from '../../common/settings.ts';

/** Parses the name of a network interface, or a prefix followed by `+`, as iptables matches it. */
export const interfaceName: Parser<string> = (text) => {
  return /^(?=.{1,15}$)[A-Za-z0-9][A-Za-z0-9_.-]*\+?$/.test(text)
    ? { value: text }
    : {
        wanted:
          'the name of a network interface of up to 15 letters, digits, . _ or -, or the beginning of one followed by +',
      };
};

/** Returns whether a pattern matches an interface name, as in iptables. */
export function matchesInterface(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
