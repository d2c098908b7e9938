import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecordedApiServer, startApiServer } from './api-server/api-server';
import { changesOf } from './api-server/changes';
import type { DataDir } from './data-dir';
import type { RunningServer } from './server/http-server';
import { startKubelet } from './kubelet/kubelet';
import { KubeletLogWriter, timedLines } from './kubelet/kubelet-log';
import type { Recorded } from './recorded';
import { type ReplayClock, secondMs } from './replay/clock';
import { TimeShift } from './replay/shift';

/** The recorded cluster as programs see it: its API server, its node's kubelet, and the kubelet's log file. */
export interface RecordedNode {
  apiServer: RecordedApiServer;
  kubelet: RunningServer;
  /** How to reach the API server. */
  kubeconfig: string;
  kubeletLog: string;
  close(): Promise<void>;
}

/** Brings them up at the replay's clock. @param speed recorded seconds a second */
export async function startRecordedNode(
  recorded: Recorded,
  dirs: DataDir,
  clock: ReplayClock,
  speed: number
): Promise<RecordedNode> {
  const shift = new TimeShift(clock.shiftSeconds);
  const now = () => clock.recorded();
  const streams = [...recorded.watchStreams].map(([resource, lines]) => {
    return [resource, lines.map((line) => shift.text(line))] as const;
  });
  const apiServer = await startApiServer({
    changes: changesOf(new Map(streams)),
    now: () => now() + clock.shiftSeconds * 1000,
    reportMs: secondMs(speed) / 2,
  });
  const kubelet = await startKubelet({ ...recorded.kubelet, shift, now });
  const kubeletLog = join(dirs.log, 'kubelet.log');
  const writer = new KubeletLogWriter(kubeletLog, timedLines(recorded.kubelet.log, recorded.end), shift, now);
  const kubeconfig = join(dirs.root, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(apiServer.url), null, 2));
  return {
    apiServer,
    kubelet,
    kubeconfig,
    kubeletLog,
    async close() {
      writer.stop();
      await Promise.all([apiServer.close(), kubelet.close()]);
    },
  };
}

/** JSON is YAML too. */
function kubeconfigOf(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'demo',
    clusters: [{ name: 'demo', cluster: { server } }],
    users: [{ name: 'demo', user: {} }],
    contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'demo', namespace: 'afterlog' } }],
  };
}
