import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Runs something with a sink and an empty directory for the node's logs (`logs`) and the shipper's own files (`own`);
 * both are gone afterwards.
 * @param {'nothing' | 'delays' | 'race'} watching what the sink keeps of the lines
 */
export async function withSink(watching, run) {
  const sink = fork(new URL('./sink.mjs', import.meta.url), [watching]);
  const port = await new Promise((resolve) => sink.once('message', resolve));
  const url = `http://127.0.0.1:${port}`;
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-bench-'));
  const node = { url, logs: join(dir, 'pods'), own: join(dir, 'own') };
  try {
    return await run({
      ...node,
      counts: async () => (await fetch(`${url}/counts`)).json(),
      reset: async () => void (await fetch(`${url}/reset`)),
      /** Lets so many lines through a second; 0: all. */
      throttle: async (linesPerSecond) => void (await fetch(`${url}/throttle?${linesPerSecond}`)),
    });
  } finally {
    sink.disconnect();
    rmSync(dir, { recursive: true, force: true });
  }
}
