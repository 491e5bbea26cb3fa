import type { Parser } from '../../common/settings.ts';

/** The name of a network interface, or the beginning of one with `+` for any rest, as iptables matches it. */
export const interfaceName: Parser<string> = (text) => {
  return /^(?=.{1,15}$)[A-Za-z0-9][A-Za-z0-9_.-]*\+?$/.test(text)
    ? { value: text }
    : {
        wanted:
          'the name of a network interface of up to 15 letters, digits, . _ or -, or the beginning of one followed by +',
      };
};

/** Whether iptables finds that an interface is meant by a name of that kind. */
export function matchesInterface(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
