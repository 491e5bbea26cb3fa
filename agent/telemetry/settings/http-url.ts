import type { Parser } from '../../../common/settings.ts';

/** Parses a URL with http:// or https://. */
export const httpUrl: Parser<URL> = (value) => {
  const url = /^https?:\/\//i.test(value) ? URL.parse(value) : null;
  return url !== null ? { value: url } : { wanted: 'a URL with http:// or https://' };
};
