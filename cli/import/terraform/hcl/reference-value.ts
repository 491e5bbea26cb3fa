import { ACCOUNT_KEY, REGION_KEY } from '../../open-values.ts';
import type { Question } from '../../source.ts';
import { SHOWN_INSTEAD, type Ask } from '../json.ts';
import type { Module } from './modules.ts';
import { collectionFrom } from './repetition.ts';

/** The sources of values that are not in the files. */
type Environment = {
  readonly ask: Ask;
  readonly account: string | undefined;
  readonly region: string | undefined;
};

/** The attributes of data sources that are the account or the region of a provider. */
const OWN = /(?:^|\.)(data\.aws_(?:caller_identity|region)\.[\w-]+)\.(?:account_id|name|region)$/;

/**
 * Returns the value of a reference that only AWS or another configuration knows: the account and the region that the files are for, else
 * the answer to the question for the reference, or its `Open`. A collection is an answer in JSON.
 */
export function referenceValue(
  address: string,
  module: Module,
  { ask, account, region }: Environment,
): unknown {
  const own = OWN.exec(address)?.[1];
  const block = own === undefined ? undefined : module.data.get(own);
  // A provider of its own may be one of another account or region.
  if (block === undefined || 'provider' in block.body || 'region' in block.body)
    return collectionFrom(ask(questionOf(address)));
  return own?.includes('aws_region.') === true
    ? (region ?? ask({ key: REGION_KEY, why: 'the region is unknown', flags: ['--region REGION'] }))
    : (account ?? ask({ key: ACCOUNT_KEY, why: 'the account is unknown', flags: ['--account ID'] }));
}

function questionOf(key: string): Question {
  return { key, why: `\${${key}} is not in the files`, flags: [`--parameter ${key}=VALUE`, SHOWN_INSTEAD] };
}
