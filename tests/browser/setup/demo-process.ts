import { freePort } from '../../testkit/http';
import { PROGRAM, RunningProgram } from '../../testkit/processes';

/** Recorded seconds a second: 13 minutes in a quarter of one. */
const SPEED = 60;

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
  const [store, agent] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const flags = ['--speed', `${SPEED}`, '--data.dir', dataDir, '--store.listen', store, '--agent.listen', agent];
  const demo = new RunningProgram([process.execPath, PROGRAM, 'demo', ...flags]);
  await demo.writes(/Serving until Ctrl\+C/);
  return {
    lokiUrl: `http://${store}`,
    async stop() {
      await demo.end('SIGINT');
    },
  };
}
