import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Kubectl } from './kubectl';
import { endProcess } from '../testkit/processes';

const ended = z.object({ containerID: z.string().optional(), exitCode: z.number() });
const statusSchema = z.object({
  state: z.object({ terminated: ended.optional() }),
  lastState: z.object({ terminated: ended.optional() }),
});

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  status: z.object({
    phase: z.string(),
    reason: z.string().optional(),
    initContainerStatuses: z.array(statusSchema).optional(),
    containerStatuses: z.array(statusSchema).optional(),
  }),
});

const eventSchema = z.object({ type: z.string(), object: podSchema });

export interface SeenPod {
  namespace: string;
  name: string;
  uid: string;
  job: string | null;
  phase: string;
  reason: string | null;
  deleted: boolean;
}

/** Watches pods with kubectl: an account of them that shares nothing with `afterlog watch`. */
export class PodWatch {
  /** By uid. */
  readonly pods = new Map<string, SeenPod>();
  /** By container id, 64 hex digits; of containers whose end the API showed. */
  readonly exitCodes = new Map<string, number>();
  private readonly child: ChildProcess;
  private failure: string | undefined;

  constructor(kubectl: Kubectl, namespace: string) {
    const args = ['get', 'pods', '-n', namespace, '--watch', '--output-watch-events', '-o', 'json'];
    this.child = spawn(kubectl.program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on('line', (line) => this.take(line));
    }
  }

  /** Ends it, whatever it has seen. */
  kill(): void {
    this.child.kill();
  }

  /** @throws Error if the watch had ended before, or gave what is no pod: then something may have been missed */
  async stop(): Promise<void> {
    const endedBefore = this.child.exitCode !== null;
    await endProcess(this.child);
    if (endedBefore || this.failure !== undefined) {
      throw new Error(`the test's own watch of pods failed: ${this.failure ?? 'kubectl ended'}`);
    }
  }

  private take(line: string): void {
    const { data, error } = eventSchema.safeParse(JSON.parse(line));
    if (data === undefined) {
      this.failure ??= error.message;
      return;
    }
    const { metadata, status } = data.object;
    const pod: SeenPod = {
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      job: metadata.labels?.['job-name'] ?? null,
      phase: status.phase,
      reason: status.reason ?? null,
      deleted: data.type === 'DELETED',
    };
    this.pods.set(pod.uid, Object.assign(this.pods.get(pod.uid) ?? pod, pod));
    for (const { state, lastState } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      for (const { containerID = '', exitCode } of [state.terminated, lastState.terminated].filter(
        (one) => one !== undefined
      )) {
        this.exitCodes.set(containerID.replace(/^\w+:\/\//, ''), exitCode);
      }
    }
  }
}
