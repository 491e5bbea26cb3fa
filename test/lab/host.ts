import { runCommand, type CommandOptions, type Result } from './programs/command.ts';
import { startProgram, type Program, type ProgramOptions } from './programs/program.ts';

/** A host made of a network namespace: it has its own interfaces, addresses, rules and names, and shares files and users with the machine. */
export type Host = {
  readonly name: string;
  /** The name for `ip netns exec`. */
  readonly namespace: string;
  readonly address: string;
  readonly address6: string;
  /** A folder for files of the host; any uid can read there. It is removed with the lab. */
  readonly folder: string;
  /** Runs a command until it ends. */
  exec(command: string, args?: readonly string[], options?: CommandOptions): Promise<Result>;
  /** Starts a program that runs until it is stopped, at the latest when the lab is closed. `name` is for messages. */
  spawn(name: string, command: string, args?: readonly string[], options?: ProgramOptions): Program;
};

/** The properties of a host before it can run anything. */
export type HostDescription = Pick<Host, 'name' | 'namespace' | 'address' | 'address6' | 'folder'>;

/** Creates a host. Programs that run on it are in `running` while they run. */
export function createHost(place: HostDescription, running: Set<Program>): Host {
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
