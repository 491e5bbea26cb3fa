import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { Options } from '../options.ts';
import type { Report } from '../problems.ts';

/** Reports the modes of a virtual node that a control plane without an authority does not carry out: it may have been started without the flag. */
export function reportWithoutAuthority(
  { name, security: { mtls, authorization } }: VirtualNodeView,
  { trustDomain }: Options,
  report: Report,
): void {
  if (trustDomain !== undefined) return;
  const modes = [
    ...(mtls === 'OFF' ? [] : [{ mode: `mutual TLS is ${mtls}`, effect: 'takes plain text' }]),
    ...(authorization === 'OFF'
      ? []
      : [
          {
            mode: `authorization ${mtls === 'OFF' ? 'is ' : ''}${authorization}`,
            effect: 'admits all callers',
          },
        ]),
  ];
  if (modes.length === 0) return;
  const written = modes.map(({ mode }) => mode).join(' and ');
  const effects = modes.map(({ effect }) => effect).join(', and ');
  report(
    `virtualNode/${name}`,
    `${written}, and this control plane has no authority (--trust-domain): the proxy ${effects}`,
  );
}
