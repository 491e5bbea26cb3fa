import { integer, list, type Parser, type Reader } from '../../../common/settings.ts';
import { DEFAULT_QUOTAS, type QuotaName, type Quotas } from './quotas.ts';

/** The upper bound is above the largest model that the stores are tested with. */
const quotaNumber = integer(0, 1_000_000);

const quota: Parser<readonly [QuotaName, number]> = (text) => {
  const [name = '', digits = ''] = text.split('=', 2).map((part) => part.trim());
  if (!Object.hasOwn(DEFAULT_QUOTAS, name) || digits === '') {
    return { wanted: `NAME=NUMBER with a name of ${Object.keys(DEFAULT_QUOTAS).join(', ')}` };
  }
  const parsed = quotaNumber(digits);
  return 'wanted' in parsed ? parsed : { value: [name as QuotaName, parsed.value] };
};

const quotas: Parser<Partial<Quotas>> = (text) => {
  const parsed = list(quota)(text);
  if ('wanted' in parsed) return parsed;
  const names = new Set(parsed.value.map(([name]) => name));
  if (names.size < parsed.value.length) return { wanted: 'a list that has each name once' };
  return { value: Object.fromEntries(parsed.value) };
};

/** Reads `--quotas virtualNodes=5000,routes=2000`. Quotas that are not named keep their defaults. */
export function readQuotas(read: Reader): Quotas {
  return { ...DEFAULT_QUOTAS, ...read('--quotas', quotas, {}) };
}
