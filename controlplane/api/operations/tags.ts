import { compareText } from '../../../common/compare-text.ts';
import type { Resource, ResourceId } from '../../mesh/resource.ts';
import type { TagOperation } from '../../model/operations.ts';
import type { ApiContext } from './context.ts';
import { tooManyTags } from '../../http/errors.ts';
import { missing } from '../checks/present.ts';
import { page } from './paging.ts';
import { requireMayChange } from './permission.ts';
import type { Input } from '../../model/input.ts';
import { writeTo } from '../write/write.ts';

/** The most tags of a resource, and the most tags on one page. */
const MOST = 50;

type Tags = Resource['tags'];
type TagHandler = (
  context: ApiContext,
  id: ResourceId,
  input: Input,
) => Promise<Readonly<Record<string, unknown>>>;

/** The handlers of the three operations on tags. Tags are not part of the specification, so they do not change its version. */
export const TAG_HANDLERS: Readonly<Record<TagOperation['verb'], TagHandler>> = {
  TagResource: (context, id, input) => {
    const added = (input['tags'] ?? []) as Tags;
    return change(context, id, (tags) => {
      const kept = tags.filter(({ key }) => !added.some((tag) => tag.key === key));
      return sorted([...kept, ...added]);
    });
  },

  UntagResource: (context, id, input) => {
    const keys = (input['tagKeys'] ?? []) as readonly string[];
    return change(context, id, (tags) => tags.filter(({ key }) => !keys.includes(key)));
  },

  ListTagsForResource: async (context, id, input) => {
    const resource = context.live.model.get(id);
    if (resource === undefined) throw missing(id);
    const call = { operation: 'ListTagsForResource', account: context.caller.account, input };
    const { items, nextToken } = page(sorted(resource.tags), ({ key }) => key, call, MOST);
    return { tags: items, ...(nextToken === undefined ? {} : { nextToken }) };
  },
};

async function change(
  context: ApiContext,
  id: ResourceId,
  edit: (tags: Tags) => Tags,
): Promise<Readonly<Record<string, unknown>>> {
  return writeTo(context, id, undefined, (model) => {
    const existing = model.get(id);
    if (existing === undefined) throw missing(id);
    requireMayChange(context.caller, existing);
    const tags = edit(existing.tags);
    if (tags.length > MOST) {
      throw tooManyTags(
        `The resource would have ${tags.length} tags, and the limit is ${MOST}. Nothing was changed.`,
      );
    }
    return { puts: [{ ...existing, tags }], answer: {} };
  });
}

function sorted(tags: Tags): Tags {
  return tags.toSorted((a, b) => compareText(a.key, b.key));
}
