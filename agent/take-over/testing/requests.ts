import { type ChildProcess, spawn } from 'node:child_process';

/** Requests that a program in a network namespace sends, 200 a second, each third one on a connection of its own, without retries. */
export type RunningRequests = {
  /** Those so far. */
  answered(): number;
  /** The reasons of those that failed. */
  failures(): readonly string[];
  stop(): void;
};

const PROGRAM = `
import { Agent, get } from 'node:http';
const kept = new Agent({ keepAlive: true, maxSockets: 10, scheduling: 'fifo' });
let count = 0;
let open = 0;
setInterval(() => {
  // A machine that is too slow for the rate gets as many as it can answer.
  if (open >= 32) return;
  open += 1;
  const agent = (count += 1) % 3 === 0 ? false : kept;
  get(process.argv[1], { agent }, (answer) => {
    let body = '';
    answer.setEncoding('utf8').on('data', (text) => (body += text)).on('error', (error) => console.log('failed ' + error));
    answer.on('end', () => console.log(answer.statusCode === 200 && body === 'hello\\n' ? 'ok' : 'failed ' + answer.statusCode + body));
  })
    .on('error', (error) => console.log('failed ' + error))
    .on('close', () => (open -= 1));
}, 5);
`;

/** Starts the requests in a namespace. */
export function startRequests(namespace: string, url: string): RunningRequests {
  const words = ['netns', 'exec', namespace, process.execPath, '--input-type=module', '-e', PROGRAM, url];
  const child: ChildProcess = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let answered = 0;
  let rest = '';
  const failures: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === 'ok') answered += 1;
      else failures.push(line);
    }
  });
  return {
    answered: () => answered,
    failures: () => failures,
    stop: () => void child.kill('SIGKILL'),
  };
}
