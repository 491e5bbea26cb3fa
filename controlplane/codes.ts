/**
 * The stable codes of the control plane, each with the first thing to do. They are in the field `code` of log lines, and in parentheses at the end of an
 * error at the start. docs/when-it-breaks.md describes each; a code never changes its meaning.
 */
export const CONTROL_PLANE_CODES = {
  SETTINGS_INVALID: 'correct the flag that the line names',
  FILE_UNUSABLE: 'correct the file or variable that the line names',
  ADDRESS_UNUSABLE: 'stop the other program, or change the flag that the line names',
  FAULT: 'report the line: it is a defect of the control plane',

  STORE_HELD: 'stop the other control plane, or give this one a folder of its own',
  STORE_NEWER: 'start the later version, or restore a backup from before',
  STORE_FOREIGN: 'point --data or --store to a store of the control plane',
  STORE_UNAVAILABLE: 'look at the disk or the database server',
  STORE_BUSY: 'give the control plane more processor time: others commit before it',
  STORE_DAMAGED: 'restore a backup, or start once with --accept-loss',
  STORE_LOST: 'put the missing file back, restore a backup, or start once with --accept-loss',
  STORE_AWAY: 'look at the database server: reads continue, writes fail',
  STORE_WRITES_FAIL: 'look at the disk or the database server: reads continue',
  LOSS_ACCEPTED: 'start without --accept-loss from now on',

  PROXY_REFUSED: 'give the proxy a credential for its node; the reason is in the line',
  PROXY_NACK: "read Envoy's words in the field error",
  PROXY_STALLED: 'look at the host of the proxy: it reads nothing',
  MODEL_PROBLEM: 'change the resource that the line names: a part of it has no effect',

  FILE_REFUSED: 'correct the file: the previous content stays in use until then',
  FILE_READABLE: 'chmod 600 the file',
  CERTIFICATE_UNUSABLE: 'correct the certificate that the line names',
  CERTIFICATE_RENEWAL: 'renew the certificate that the line names',
  NAME_UNRESOLVED: 'check the name and the resolver',
  DISCOVERY_FAILED: 'look at the AWS service that the line names: its last answer stays in use',
  CA_KEY_UNUSABLE: 'start with the key of --ca-key that sealed the authority',
  CA_ROOT_UNUSABLE: 'read the words of AWS Private CA in the line, and correct --ca-root or the permissions',
  AUTHORITY_DAMAGED: 'restore a backup: a sealed key of the authority was changed',
  TRUST_DOMAIN_DIFFERS: 'start with the trust domain of the authority in the store',
  IDENTITY_REFUSED: 'the line says which binding is missing',
  IDENTITY_ROTATED: 'nothing: proxies learn of the new certificates by themselves',

  AUDIT_LOST: 'look at the disk of --audit: events are dropped',
  OUTPUT_DROPPED: 'let the log driver read faster',
  FEW_OPEN_FILES: 'raise the limit on open files (ulimit -n)',
} as const satisfies Readonly<Record<string, string>>;

/** A stable code. */
export type ControlPlaneCode = keyof typeof CONTROL_PLANE_CODES;

/** Returns the fields of a log line with its code. */
export function coded<F extends object>(
  code: ControlPlaneCode,
  fields?: F,
): { readonly code: ControlPlaneCode } & F {
  return { code, ...(fields ?? ({} as F)) };
}
