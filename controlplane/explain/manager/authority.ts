import type { Protocol } from '../request.ts';
import type { ManagerSettings } from './settings.ts';

// The characters of nghttp2_check_authority; over HTTP/2 the authority has no user name.
const VALID: Readonly<Record<Protocol, RegExp>> = {
  'HTTP/1.1': /^[\w!$%&'()*+,.:;=@[\]~-]*$/,
  'HTTP/2': /^[\w!$%&'()*+,.:;=[\]~-]+$/,
};

/** Whether Envoy accepts a Host header or an `:authority`. */
export function isAuthority(text: string, protocol: Protocol): boolean {
  return VALID[protocol].test(text);
}

/** Returns the host for routing; `port` is the listener's. */
export function routedAuthority(authority: string, settings: ManagerSettings, port: number): string {
  const dotless = settings.stripsTrailingDot ? authority.replace(/\.(?=$|:[^.]*$)/, '') : authority;
  if (settings.stripsPort === 'none') return dotless;
  const [, name, said] = /^(.*):(\d+)$/.exec(dotless) ?? [];
  // An IPv6 address without a port ends with a bracket, so its colons do not start a port.
  if (name === undefined || (settings.stripsPort === 'matching' && Number(said) !== port)) return dotless;
  return name;
}
