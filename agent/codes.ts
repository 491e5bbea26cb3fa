/**
 * The stable codes of the agent, each with the first thing to do. They are in the field `code` of log lines, in `daybreak.problems` of `GET /status`, and
 * in the metric `daybreak_agent_problem`. docs/when-it-breaks.md describes each; a code never changes its meaning.
 */
export const AGENT_CODES = {
  // The agent ends.
  SETTINGS_INVALID: 'correct the variable that the line names',
  FAULT: 'report the line: it is a defect of the agent',
  ENVOY_MISSING: 'set DAYBREAK_ENVOY to the path of Envoy',
  PROGRAM_MISSING: 'install the package that the line names',
  PRIVILEGES: 'start as uid 1337, or allow SETUID and SETGID',
  RUN_FOLDER: 'set DAYBREAK_RUN_DIR to a folder that uid 1337 can write to',
  XDS_FILE:
    'make the file readable for uid 1337, with the content that its variable wants; or correct the text in the variable',
  ENV_FILE: 'correct the file that DAYBREAK_ENV_FILE names, and make it readable for uid 1337',
  CONFIG_FILE: 'correct the file that the variable names',
  BOOTSTRAP_REFUSED: "read Envoy's words, and correct the file or variable that they are about",
  STATUS_PORT: 'set APPNET_AGENT_HTTP_PORT or APPNET_AGENT_HTTP_BIND_ADDRESS',
  ADMIN_PLACE: 'set ENVOY_ADMIN_ACCESS_PORT or DAYBREAK_ADMIN_ADDRESS',
  MANAGEMENT_SOCKET: 'remove the file at the path, or set APPNET_AGENT_ADMIN_UDS_PATH',
  PROMETHEUS_ADDRESS: 'set DAYBREAK_PROMETHEUS_ADDRESS to a free address and port',
  APP_ADDRESS: 'set DAYBREAK_APP_ADDRESS to an address or interface of this host',
  ENVOY_CANNOT_RUN: 'set DAYBREAK_ENVOY to an Envoy for this machine',
  ENVOY_CRASH_LOOP: "read Envoy's last lines before this one",

  // The control plane cannot be used; Envoy keeps its configuration.
  XDS_NAME_UNRESOLVED: 'check the name in APPMESH_XDS_ENDPOINT and the resolver',
  XDS_UNREACHABLE: 'check the address and port in APPMESH_XDS_ENDPOINT, and whether the control plane runs',
  XDS_NO_ANSWER: 'check security groups and firewalls between here and the control plane',
  XDS_SERVER_IS_PLAINTEXT: 'write http:// before the endpoint, or serve ADS over TLS',
  XDS_SERVER_IS_TLS: 'remove http:// from the endpoint',
  XDS_SERVER_CERTIFICATE:
    'set DAYBREAK_XDS_CA_FILE to the authority of the control plane, and use a name of its certificate',
  XDS_CLIENT_CERTIFICATE:
    'set DAYBREAK_XDS_CERT_FILE and DAYBREAK_XDS_KEY_FILE to a certificate under --client-ca',
  XDS_UNAUTHENTICATED:
    'set DAYBREAK_XDS_TOKEN or DAYBREAK_XDS_TOKEN_FILE to a token that has not expired, made by daybreak token create',
  XDS_DENIED: 'make a token or certificate for this node: the one in use is for other nodes',
  XDS_QUOTA: 'raise --max-proxies, --max-proxies-per-resource or --ads-rate-limit of the control plane',
  XDS_NODE_INVALID: 'check APPMESH_RESOURCE_ARN',
  XDS_NOT_ADS: 'point APPMESH_XDS_ENDPOINT to the port of --ads',
  XDS_CONNECTION_LOST: 'read the log of the control plane, or of the balancer before it',

  IDENTITY_UNPROVEN: 'read the reason: a refusal names the document that would allow it',
  IDENTITY_BREAK_GLASS:
    'bring a control plane back: new connections fail when the time in the line has passed',

  // The configuration.
  CONFIG_MISSING: 'create the virtual node or gateway, or correct APPMESH_RESOURCE_ARN',
  CONFIG_REFUSED: "read Envoy's words; daybreak config-dump shows what the control plane sent",
  PORT_TAKEN: 'stop the program on that port, or change the port of the listener',
  LISTENERS_NOT_WARM: 'look at the secrets, routes and endpoints that they wait for: daybreak agent status',
  SECRET_PROBLEM: 'read the problem in daybreak.certificates of GET /status',
  FILE_REFUSED: 'correct the file: the previous content stays in use until then',
  NAME_UNRESOLVED: 'check the name and the resolver',
  NAMES_SHARE_ADDRESS: 'give the names addresses of their own, or different ports',

  // Envoy.
  ENVOY_ENDED: "read Envoy's last lines before this one",
  STATE_SET_ASIDE: 'report it, with the renamed file; bring the control plane back',
  ENVOY_HUNG: 'report it with daybreak agent bundle',
  RELOAD_NOT_NOW:
    'try again when Envoy is LIVE and the Envoy before it has ended: daybreak agent status; or use daybreak agent reload --restart',
  RELOAD_FAILED: "read Envoy's last lines before this one",
  RELOAD_PARTIAL: 'restart the agent to take over the variables that the line names',
  HOT_RESTART_OFF: 'set DISABLE_HOT_RESTART=0 and restart the agent, or use daybreak agent reload --restart',
  HOT_RESTART_VERSION: 'use daybreak agent reload --restart, which drains Envoy and starts the other one',
  HOT_RESTART_BLOCKED: 'use daybreak agent reload --restart, or restart the agent, at a quiet time',
  NO_TAKE_OVER: 'nothing: the agent has started another Envoy, which refused connections until it was LIVE',
  HAND_OVER_OFF:
    'set DAYBREAK_KEEP_ENVOY_S and DISABLE_HOT_RESTART=0 and restart the agent; until then, restart it instead',
  SHARED_MEMORY: 'make /dev/shm writable for uid 1337, or leave DISABLE_HOT_RESTART unset',
  OUTPUT_DROPPED: 'let the log driver read faster, or log less',
  LOG_FILE: 'free the disk, or set APPNET_ENVOY_LOG_DESTINATION to a folder that uid 1337 can write to',

  // The application and the redirect rules.
  APP_UNREACHABLE: 'let the application listen where the line says, or set DAYBREAK_APP_ADDRESS',
  APP_AS_PROXY_UID: 'run the application as another user than uid 1337',
  RULES_MISSING: 'run daybreak proxyinit, and daybreak proxyinit verify',
  UID_UNEXPECTED: 'run the agent as the uid that the rules exempt',
} as const satisfies Readonly<Record<string, string>>;

/** A stable code. */
export type AgentCode = keyof typeof AGENT_CODES;

/** Returns the fields of a log line with its code. */
export function coded<F extends object>(code: AgentCode, fields?: F): { readonly code: AgentCode } & F {
  return { code, ...(fields ?? ({} as F)) };
}
