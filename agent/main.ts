import { describeFault } from '../common/process/faults.ts';
import { keepOwnerRights } from '../common/process/owner-rights.ts';
import { SettingsError } from '../common/settings.ts';
import { coded } from './codes.ts';
import { withoutEmptyConfigFile } from './custom-config/own-bootstrap.ts';
import { AgentError } from './errors.ts';
import { AGENT_LEVELS, type AgentLog } from './output/agent-log.ts';
import { createOutputs } from './output/outputs.ts';
import { run } from './run/run.ts';
import { idleVariables } from './settings/companions.ts';
import { requireFileAnswers } from './settings/require-file-answers.ts';
import { readAgentSettings } from './settings/settings.ts';
import { withoutEffect } from './settings/unsupported.ts';
import type { Variables } from './settings/variables-file.ts';
import { errorCode } from '../common/error-code.ts';

/**
 * Runs Envoy for the virtual node or gateway that the variables name, until SIGTERM, SIGQUIT or SIGINT; a second signal
 * cuts the drain short. Resolves with the exit code: 0 after a signal; 1 after invalid settings, a failure, or too many crashes.
 */
export async function runAgent(variables: Variables, agentLog: AgentLog): Promise<number> {
  keepOwnerRights();
  const { log } = agentLog;
  const outputs = createOutputs(agentLog);
  try {
    reportProblem(variables, agentLog);
    await requireFileAnswers(variables.env);
    const env = withoutEmptyConfigFile(variables.env);
    const settings = readAgentSettings(env);
    log.level = AGENT_LEVELS[settings.envoy.logLevel];
    if (env !== variables.env) log.info('ENVOY_CONFIG_FILE names an empty file: the bootstrap is generated');
    for (const { variables: idle, why } of idleVariables(env, settings)) {
      log.warn({ variables: idle }, `variables without effect: ${why}`);
    }
    log.debug({ variables: withoutEffect(env) }, 'ignoring variables that have no effect');
    await run({ settings, env, variables, agentLog, outputs });
    return 0;
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof AgentError)) {
      log.fatal(coded('FAULT', { err: error }), describeFault(error));
      return 1;
    }
    for (const line of error.message.split('\n')) log.fatal(coded(error.code, { err: error.cause }), line);
    return error.exitCode;
  } finally {
    await outputs.close();
  }
}

/**
 * systemd reads a file as root that this user may not read. The variables are then in the environment, and only a reload will fail.
 * @throws AgentError for any other problem
 */
function reportProblem({ problem }: Variables, { log }: AgentLog): void {
  if (problem === undefined) return;
  if (errorCode(problem.cause) !== 'EACCES') throw problem;
  log.warn(coded(problem.code), `${problem.message}: using the environment, and a reload will fail`);
}
