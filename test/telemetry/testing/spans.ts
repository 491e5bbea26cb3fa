/** A span of any tracer, as its receiver has it. Ids are hexadecimal; the one of a trace has 32 digits. */
export type SeenSpan = {
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly service: string;
};

/** Returns the spans of each trace, from the first caller on. */
export function chains(spans: readonly SeenSpan[]): readonly (readonly SeenSpan[])[] {
  const byTrace = Map.groupBy(spans, ({ trace }) => trace);
  return Array.from(byTrace.values(), inOrder);
}

function inOrder(spans: readonly SeenSpan[]): readonly SeenSpan[] {
  const ids = new Set(spans.map(({ id }) => id));
  const chain: SeenSpan[] = [];
  let next = spans.find(({ parent }) => !ids.has(parent));
  while (next !== undefined && chain.length < spans.length) {
    chain.push(next);
    const { id } = next;
    next = spans.find(({ parent }) => parent === id);
  }
  return chain;
}
