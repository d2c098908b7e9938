import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Recorded seconds a second: 13 minutes in a quarter of one. */
const SPEED = 60;
const READY = /Serving until Ctrl\+C/;

export interface Demo {
  lokiUrl: string;
  stop(): Promise<void>;
}

/**
 * Runs the demo, which fills an embedded store with the recorded node, and waits until it is filled.
 * @param dataDir for all that it keeps
 * @throws with what it printed where it ends before
 */
export async function startDemo(dataDir: string): Promise<Demo> {
  const [store, agent] = [await freePort(), await freePort()];
  const flags = ['--speed', `${SPEED}`, '--data.dir', dataDir, '--store.listen', store, '--agent.listen', agent];
  const child = spawn(process.execPath, ['build/afterlog.js', 'demo', ...flags]);
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      printed += chunk.toString();
      if (READY.test(printed)) {
        resolve();
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${printed}`)));
  });
  return { lokiUrl: `http://${store}`, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
}

/** `host:port` where nothing listens at the moment. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP server has a port');
  }
  return `127.0.0.1:${address.port}`;
}
