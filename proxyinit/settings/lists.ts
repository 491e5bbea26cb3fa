import { list, type Parser } from '../../common/settings.ts';

/** More than anyone needs. */
const MAX_ITEMS = 512;

/** A comma-separated list of up to 512 distinct things, in the order in which each was given first. */
export function items<T>(item: Parser<T>): Parser<readonly T[]> {
  const parseAll = list(item);
  return (text) => {
    const parsed = parseAll(text);
    if (!('value' in parsed)) return parsed;
    if (parsed.value.length > MAX_ITEMS)
      return { wanted: `at most ${MAX_ITEMS} items, not ${parsed.value.length}` };
    return { value: [...new Map(parsed.value.map((value) => [JSON.stringify(value), value])).values()] };
  };
}

/** `*` or `all`, or what `parse` takes. */
export function allOr<T>(parse: Parser<T>): Parser<T | 'all'> {
  return (text) => {
    if (text === '*' || text === 'all') return { value: 'all' };
    const parsed = parse(text);
    return 'wanted' in parsed ? { wanted: `${parsed.wanted}; or * for all` } : parsed;
  };
}
