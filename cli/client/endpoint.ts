import { CommandError } from '../errors.ts';

/** Parses the URL of a control plane. @throws CommandError; its exit code is 1, as for every wrong setting */
export function parseEndpoint(endpoint: string): URL {
  const url = URL.parse(endpoint);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new CommandError(
    `--endpoint ${JSON.stringify(endpoint)}: it has to be a URL, e.g. http://127.0.0.1:8080`,
  );
}
