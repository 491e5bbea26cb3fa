import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { copyAs, isAppMeshs, type CopyForm } from '../model/text/copy-as.ts';
import type { Resource } from '../model/resources.ts';
import { writeSpec } from '../model/text/text-form.ts';
import { ResourceCard } from '../pages/resource-card.tsx';
import { account, now, texts } from '../state/state.ts';
import { endpoint } from './endpoint.ts';
import { mayOn } from './may-on.ts';
import type { PageState } from './page-state.ts';
import { addressOf } from './place.ts';
import { useResourceEdit } from './use-resource-edit.ts';
import { useText } from './use-text.ts';

/** One resource, with its editor. */
export function ConnectedResource({
  shown,
  at,
  model,
  resource,
}: PageState & { resource: Resource }): JSX.Element {
  const edit = useResourceEdit(at, resource, () => {
    location.hash = addressOf({ mesh: at.mesh, owner: shown.owner, page: 'resources' });
  });
  const { form } = edit;
  const text = useText(() => writeSpec(resource.spec, form), [resource.uid, resource.version, form]);
  const [copyForm, setCopyForm] = useState<CopyForm>(isAppMeshs(resource) ? 'cli' : 'document');
  // A manifest of Kubernetes has the resources beside this one, too.
  const copied = useText(
    () => copyAs(copyForm, model, resource, endpoint(), account.value),
    [model, resource.uid, resource.version, copyForm],
  );
  return (
    <ResourceCard
      {...edit}
      t={texts.value}
      now={now.value}
      resource={resource}
      text={text}
      copyForm={copyForm}
      copied={copied}
      canUpdate={mayOn('Update', resource.kind)}
      canDelete={mayOn('Delete', resource.kind)}
      onCopyForm={setCopyForm}
    />
  );
}
