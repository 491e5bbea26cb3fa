// A command with two subcommands, each loaded on demand, like `daybreak`.
const [name] = process.argv.slice(2);
const { say } = name === 'rpc' ? await import('./program-rpc.ts') : await import('./program-plain.ts');
say();
