import { list, type Parser } from '../../common/settings.ts';

/** Bound of a list, well above any real use. */
const MAX_ITEMS = 512;

/** Returns a parser for a comma-separated list of up to 512 items. Removes duplicates; keeps the order. */
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

/** Returns a parser for `*`, `all`, or any text that `parse` accepts. */
export function allOr<T>(parse: Parser<T>): Parser<T | 'all'> {
  return (text) => {
    if (text === '*' || text === 'all') return { value: 'all' };
    const parsed = parse(text);
    return 'wanted' in parsed ? { wanted: `${parsed.wanted}; or * for all` } : parsed;
  };
}
