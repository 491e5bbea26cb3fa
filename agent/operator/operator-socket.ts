/** The socket of the operator's commands, in the agent's own folder: only the agent's user and root can open it. */
export const OPERATOR_SOCKET = 'operator.sock';
