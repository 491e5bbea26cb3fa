import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { operationOn } from '../api/kinds.ts';
import { copyAs, isAppMeshs, type CopyForm } from '../model/copy-as.ts';
import type { Resource } from '../model/resources.ts';
import { writeSpec } from '../model/text-form.ts';
import { ResourceCard } from '../pages/resource-card.tsx';
import { may, now, texts } from '../state/state.ts';
import type { PageState } from './page-state.ts';
import { addressOf } from './place.ts';
import { useResourceEdit } from './use-resource-edit.ts';

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
  const [text, setText] = useState('');
  const [copyForm, setCopyForm] = useState<CopyForm>(isAppMeshs(resource) ? 'cli' : 'document');
  const [copied, setCopied] = useState('');
  useEffect(() => {
    void writeSpec(resource.spec, form).then(setText);
  }, [resource.version, form]);
  useEffect(() => {
    void copyAs(copyForm, model, resource, location.origin).then(setCopied);
  }, [resource.version, copyForm]);
  const service = isAppMeshs(resource) ? 'appmesh' : 'daybreak';
  return (
    <ResourceCard
      {...edit}
      t={texts.value}
      now={now.value}
      resource={resource}
      text={text}
      copyForm={copyForm}
      copied={copied}
      canUpdate={may.value(`${service}:${operationOn('Update', resource.kind)}`)}
      canDelete={may.value(`${service}:${operationOn('Delete', resource.kind)}`)}
      onCopyForm={setCopyForm}
    />
  );
}
