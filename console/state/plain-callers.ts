import { effect } from '@preact/signals';
import type { PlaintextNode } from '../model/security/identity-answers.ts';
import { call } from '../api/call.ts';
import { minute } from './derived.ts';
import { model, plainNodes } from './state.ts';

/** Reads the callers without mutual TLS each minute, as long as the mesh on view has a node that takes only mutual TLS. */
export function followPlainCallers(): void {
  effect(() => {
    void minute.value;
    const current = model.value;
    const isAsked =
      current.state === 'ready' && current.value.resources.some(({ spec }) => spec['mtls'] === 'STRICT');
    if (isAsked) void read();
    else plainNodes.value = [];
  });
}

async function read(): Promise<void> {
  // Where the caller may not see them, and without an authority, there is nothing to show.
  const found = await call<{ nodes: readonly PlaintextNode[] }>('/daybreak/v1/identity/plaintext').catch(
    () => undefined,
  );
  plainNodes.value = found?.nodes ?? [];
}
