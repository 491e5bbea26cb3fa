// A command of two subcommands, each loaded when it is asked for, as `daybreak` is.
const [name] = process.argv.slice(2);
const { say } = name === 'rpc' ? await import('./program-rpc.ts') : await import('./program-plain.ts');
say();
