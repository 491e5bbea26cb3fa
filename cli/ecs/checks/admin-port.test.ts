import { expect, it } from 'vitest';
import { createDraft } from '../draft.ts';
import { checkAdminPort } from './admin-port.ts';

const mapped = { portMappings: [{ containerPort: 8080 }, { containerPort: 9901 }] };

it.each([
  ['mapped', mapped, ['warning containerDefinitions[0].portMappings[1].containerPort']],
  ['not mapped', { portMappings: [{ containerPort: 8080 }] }, []],
  [
    'mapped, and opened',
    { ...mapped, environment: [{ name: 'DAYBREAK_ADMIN_ADDRESS', value: '0.0.0.0' }] },
    [],
  ],
  [
    'mapped at another port',
    {
      portMappings: [{ containerPort: 9000 }],
      environment: [{ name: 'ENVOY_ADMIN_ACCESS_PORT', value: '9000' }],
    },
    ['warning containerDefinitions[0].portMappings[0].containerPort'],
  ],
  ['of no mappings', {}, []],
])("the port of Envoy's admin interface, %s: no target of a load balancer that asks it became healthy", (_, envoy, wanted) => {
  const draft = createDraft({ containerDefinitions: [envoy] });
  checkAdminPort(draft, 0);
  expect(draft.result().problems.map(({ severity, path }) => `${severity} ${path}`)).toEqual(wanted);
});
