import { setTimeout as sleep } from 'node:timers/promises';
import { matcher } from '../../model/logql';
import { isLoopback, startStore } from '../../pocket-loki';
import { connectLoki, type LokiOptions, LokiUnreachable } from '../loki/connection';
import { explainLokiError } from '../loki/explain';
import { LokiRefusal, QueryClient } from '../loki/query-client';
import { UserError } from '../common/user-error';
import { hostPort, type ListenAddress } from '../common/listen';

/** Where agent and watch send to, and where the report asks. */
export interface DemoLoki {
  options: LokiOptions;
  /** The name of the replayed cluster there. */
  cluster: string;
  /** Ends the embedded store; a given Loki goes on. */
  close(): Promise<void>;
}

export const DEMO_CLUSTER = 'demo';
/** What a replay writes is as old at most. */
const RECENT = '1h';
/** So long a given Loki may take until it answers: it may start together with the demo. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 1_000;

/** @throws UserError where other machines reach the address: the demo's store has no authentication */
export function assertLoopback(listen: ListenAddress): void {
  if (!isLoopback(listen.host)) {
    throw new UserError(
      `--store.listen ${hostPort(listen)} is reachable from other machines, and the demo's store has no authentication: ` +
        'use a loopback address, or start `afterlog store --auth.basic-file FILE` and pass its address with --loki.url'
    );
  }
}

/** An embedded store of the demo's own. */
export async function embeddedLoki(
  dir: string,
  listen: ListenAddress,
  cluster: string = DEMO_CLUSTER
): Promise<DemoLoki> {
  const store = await startStore({ dir, ...listen });
  return { options: { url: store.url }, cluster, close: () => store.close() };
}

/**
 * A Loki that is there, or will be within two minutes.
 * @param name of the replayed cluster there; a free one where it is undefined
 * @param waiting is told why, where it has to be waited for
 * @throws UserError where it is not, or refuses, or has a recent replay of that name; the signal's reason
 */
export async function givenLoki(
  options: LokiOptions,
  name: string | undefined,
  signal: AbortSignal,
  waiting: (why: string) => void,
  patienceMs = PATIENCE_MS
): Promise<DemoLoki> {
  const connection = connectLoki(options);
  const client = new QueryClient(connection, { retryAfterMs: [] });
  const latest = Date.now() + patienceMs;
  try {
    for (let reported = false; ; reported = true) {
      try {
        return { options, cluster: await freeCluster(client, name, signal), close: () => Promise.resolve() };
      } catch (error) {
        signal.throwIfAborted();
        if (!mayPass(error) || Date.now() >= latest) {
          throw explainLokiError(error, connection.url);
        }
        if (!reported) {
          waiting(error.message);
        }
      }
      await sleep(LOOK_MS, undefined, { signal });
    }
  } finally {
    await connection.close();
  }
}

/**
 * `demo`, or `demo-2` and so on where Loki has a recent replay of that name: what was recorded has the same names each
 * time, so that two replays of one cluster could not be told apart.
 */
async function freeCluster(client: QueryClient, wanted: string | undefined, signal: AbortSignal): Promise<string> {
  const selector = `{${matcher('cluster', wanted ?? new RegExp(`${DEMO_CLUSTER}(-[0-9]+)?`))}}`;
  const query = `sum by (cluster) (count_over_time(${selector}[${RECENT}]))`;
  const samples = await client.instant(query, BigInt(Date.now()) * 1_000_000n, signal);
  const taken = new Set(samples.map(({ labels }) => labels.cluster));
  if (wanted !== undefined) {
    if (taken.has(wanted)) {
      throw new UserError(
        `Loki has recent entries of a cluster ${wanted}, and a replay could not be told from them: choose another --cluster.name`
      );
    }
    return wanted;
  }
  let name = DEMO_CLUSTER;
  for (let n = 2; taken.has(name); n++) {
    name = `${DEMO_CLUSTER}-${n}`;
  }
  return name;
}

/** Not there yet, or not ready: unlike what it refuses. */
function mayPass(error: unknown): error is LokiUnreachable | LokiRefusal {
  return (
    error instanceof LokiUnreachable || (error instanceof LokiRefusal && (error.status === 429 || error.status >= 500))
  );
}
