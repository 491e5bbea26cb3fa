/** What may stand between a command's parentheses, whether something must, and whether a length may follow. */
type Rule = { readonly args?: RegExp; readonly required?: boolean; readonly length?: boolean };

const HEADER = "[A-Za-z0-9!#$&'*+.^_`|~-]*";
const HEADERS = new RegExp(`^:?${HEADER}(\\?:?${HEADER})?$`);
const ANYTHING = /^/;
const POINT =
  '(DS_RX_BEG|DS_RX_END|US_CX_BEG|US_CX_END|US_HS_END|US_TX_BEG|US_TX_END|US_RX_BEG|US_RX_END|DS_TX_BEG|DS_TX_END)';

/** Commands that take something; the rest of the table takes nothing. */
const WITH_ARGUMENTS: Readonly<Record<string, Rule>> = {
  REQ: { args: HEADERS, required: true, length: true },
  RESP: { args: HEADERS, required: true, length: true },
  TRAILER: { args: HEADERS, required: true, length: true },
  ENVIRONMENT: { args: /^[^:]+$/, required: true, length: true },
  DYNAMIC_METADATA: { args: ANYTHING, required: true, length: true },
  FILTER_STATE: { args: /^[^:]+(:(PLAIN|TYPED))?$/, required: true, length: true },
  UPSTREAM_FILTER_STATE: { args: /^[^:]+(:(PLAIN|TYPED))?$/, required: true, length: true },
  CLUSTER_METADATA: { args: ANYTHING, required: true },
  UPSTREAM_METADATA: { args: ANYTHING, required: true },
  METADATA: { args: /^(DYNAMIC|CLUSTER|ROUTE|UPSTREAM_HOST|LISTENER):/, required: true },
  COMMON_DURATION: { args: new RegExp(`^${POINT}:${POINT}:(ms|us|ns)$`), required: true },
  START_TIME: { args: ANYTHING },
  EMIT_TIME: { args: ANYTHING },
  DOWNSTREAM_PEER_CERT_V_START: { args: ANYTHING },
  DOWNSTREAM_PEER_CERT_V_END: { args: ANYTHING },
  UPSTREAM_PEER_CERT_V_START: { args: ANYTHING },
  UPSTREAM_PEER_CERT_V_END: { args: ANYTHING },
  GRPC_STATUS: { args: /^(CAMEL_STRING|SNAKE_STRING|NUMBER)$/ },
  RESPONSE_CODE_DETAILS: { args: /^ALLOW_WHITESPACES$/ },
};

/** `A{B,C}` stands for AB and AC. */
const PLAIN = `
  ACCESS_LOG_TYPE BYTES_RECEIVED BYTES_RETRANSMITTED BYTES_SENT CONNECTION_ID CONNECTION_TERMINATION_DETAILS DURATION
  DOWNSTREAM_DIRECT_{LOCAL_ADDRESS,LOCAL_ADDRESS_WITHOUT_PORT,LOCAL_PORT,REMOTE_ADDRESS,REMOTE_ADDRESS_WITHOUT_PORT,REMOTE_PORT}
  DOWNSTREAM_LOCAL_{ADDRESS,ADDRESS_WITHOUT_PORT,DNS_SAN,EMAIL_SAN,IP_SAN,OTHERNAME_SAN,PORT,SUBJECT,URI_SAN}
  DOWNSTREAM_PEER_{CERT,CHAIN_FINGERPRINTS_1,CHAIN_FINGERPRINTS_256,CHAIN_SERIALS,DNS_SAN,EMAIL_SAN,FINGERPRINT_1}
  DOWNSTREAM_PEER_{FINGERPRINT_256,IP_SAN,ISSUER,OTHERNAME_SAN,SERIAL,SUBJECT,URI_SAN}
  DOWNSTREAM_{HEADER,WIRE}_BYTES_{RECEIVED,SENT} DOWNSTREAM_REMOTE_{ADDRESS,ADDRESS_WITHOUT_PORT,PORT}
  DOWNSTREAM_{TLS_CIPHER,TLS_SESSION_ID,TLS_VERSION,TRANSPORT_FAILURE_REASON}
  FILTER_CHAIN_NAME GRPC_STATUS_NUMBER HOSTNAME LOCAL_REPLY_BODY PACKETS_RETRANSMITTED PROTOCOL REQUESTED_SERVER_NAME
  REQUEST_{DURATION,HEADERS_BYTES,TX_DURATION} RESPONSE_{CODE,DURATION,FLAGS,FLAGS_LONG,HEADERS_BYTES,TRAILERS_BYTES}
  RESPONSE_TX_DURATION ROUTE_NAME STREAM_ID TLS_JA3_FINGERPRINT TRACE_ID UNIQUE_ID VIRTUAL_CLUSTER_NAME
  UPSTREAM_{CLUSTER,CLUSTER_RAW,CONNECTION_ID,CONNECTION_POOL_READY_DURATION,HOST,HOST_NAME,HOST_NAME_WITHOUT_PORT}
  UPSTREAM_{HEADER,WIRE}_BYTES_{RECEIVED,SENT} UPSTREAM_{LOCAL,REMOTE}_{ADDRESS,ADDRESS_WITHOUT_PORT,PORT}
  UPSTREAM_LOCAL_{DNS_SAN,IP_SAN,URI_SAN} UPSTREAM_PEER_{CERT,DNS_SAN,IP_SAN,ISSUER,SUBJECT,URI_SAN}
  UPSTREAM_{PROTOCOL,REQUEST_ATTEMPT_COUNT,TLS_CIPHER,TLS_SESSION_ID,TLS_VERSION,TRANSPORT_FAILURE_REASON}`;

/** The commands of an access log that every Envoy in use knows. */
const COMMANDS: ReadonlyMap<string, Rule> = new Map([
  ...PLAIN.trim()
    .split(/\s+/)
    .flatMap(expand)
    .map((name): [string, Rule] => [name, {}]),
  ...Object.entries(WITH_ARGUMENTS),
]);

/** `%%`, or a command with its arguments and its length, as Envoy reads them. */
const COMMAND = /%%|%([A-Z0-9_]+)(?:\(([^()]*)\))?(:[0-9]{1,18})?%/y;

/** Why Envoy would refuse an access-log format, and with it the whole listener; undefined when it would not. */
export function formatProblem(format: string): string | undefined {
  let at = format.indexOf('%');
  while (at >= 0) {
    COMMAND.lastIndex = at;
    const found = COMMAND.exec(format);
    const [whole = '', name, args = '', length] = found ?? [];
    if (found === null) return `no command begins at ${JSON.stringify(format.slice(at, at + 40))}`;
    const problem = name === undefined ? undefined : commandProblem(name, args, length !== undefined);
    if (problem !== undefined) return `${whole}: ${problem}`;
    at = format.indexOf('%', at + whole.length);
  }
  return undefined;
}

function commandProblem(name: string, args: string, length: boolean): string | undefined {
  const rule = COMMANDS.get(name);
  if (rule === undefined) return 'this command is unknown';
  if (length && rule.length !== true) return 'this command takes no length';
  if (args === '') return rule.required === true ? 'this command needs something in parentheses' : undefined;
  if (rule.args === undefined) return 'this command takes nothing in parentheses';
  return rule.args.test(args) ? undefined : 'this command does not take what is in the parentheses';
}

function expand(pattern: string): readonly string[] {
  const [whole, before = '', choices = '', after = ''] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(pattern) ?? [];
  if (whole === undefined) return [pattern];
  return choices.split(',').flatMap((choice) => expand(before + choice + after));
}
