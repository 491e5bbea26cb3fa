const LIMIT_MS = 10_000;

/** Reads JSON from a control plane. Throws an error that names the endpoint when it cannot be reached or does not answer 200. */
export async function fetchJson<T>(endpoint: string, path: string): Promise<T> {
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) {
    throw new Error(`--endpoint ${JSON.stringify(endpoint)}: it has to be a URL, e.g. http://127.0.0.1:8080`);
  }
  const url = new URL(path, endpoint);
  const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) }).catch((error: unknown) => {
    throw new Error(`the control plane at ${endpoint} cannot be reached`, { cause: error });
  });
  if (!response.ok)
    throw new Error(`${url.href} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
  return (await response.json()) as T;
}
