import { runCommand, type CommandOptions, type Result } from './command.ts';
import { startProgram, type Program, type ProgramOptions } from './program.ts';

/** A host made of a network namespace: interfaces, addresses, rules and names of its own; files and users are the machine's. */
export type Host = {
  readonly name: string;
  /** As `ip netns exec` wants it. */
  readonly namespace: string;
  readonly address: string;
  readonly address6: string;
  /** Where files of the host can be put; any uid can read there, and it goes with the lab. */
  readonly folder: string;
  /** Runs a command to its end. */
  exec(command: string, args?: readonly string[], options?: CommandOptions): Promise<Result>;
  /** Starts a program that runs until it is stopped, at the latest when the lab is closed. `name` is for messages. */
  spawn(name: string, command: string, args?: readonly string[], options?: ProgramOptions): Program;
};

/** What a host is, before it can run anything. */
export type Place = Pick<Host, 'name' | 'namespace' | 'address' | 'address6' | 'folder'>;

/** The programs that run on a host are put into `running` for as long as they do. */
export function createHost(place: Place, running: Set<Program>): Host {
  return {
    ...place,
    exec: (command, args = [], options = {}) => runCommand(place.namespace, command, args, options),
    spawn(name, command, args = [], options = {}) {
      const program = startProgram(place.namespace, `${place.name}/${name}`, command, args, options);
      running.add(program);
      void program.ended.then(() => running.delete(program));
      return program;
    },
  };
}
