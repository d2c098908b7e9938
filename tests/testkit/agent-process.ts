import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM, RunningProgram } from './processes';
import type { SimulatedNode } from './simulated-node';
import { until } from './until';

interface ProcessOptions {
  url: string;
  /** Flags besides those that every test needs. */
  flags?: readonly string[];
  /** A command that runs the agent, e.g. one that takes something away from it. */
  under?: readonly string[];
}

/** `afterlog agent` as a process of its own, which can be killed and looked at from outside. */
export class AgentProcess extends RunningProgram {
  constructor(node: SimulatedNode, { url, flags = [], under = [] }: ProcessOptions) {
    const args = ['agent', '--loki.url', url, '--logs.dir', node.logs, '--containers.dir', node.links];
    const names = ['--state.dir', node.state, '--node.name', 'n1', '--cluster.name', 'c1', '--listen', ''];
    const pace = ['--batch.wait', '20ms', '--push.backoff-min', '20ms', '--push.backoff-max', '200ms'];
    super([...under, process.execPath, PROGRAM, ...args, ...names, ...pace, ...flags]);
  }

  /** Waits until it says that it is up, or ends. */
  started(timeoutMs?: number): Promise<void> {
    return until('the agent is up', () => this.stderr.includes('agent started') || !this.isRunning, timeoutMs);
  }

  /** Resident memory in bytes (proc(5), VmRSS). */
  get residentBytes(): number {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) * 1024;
  }

  /** Processor time used so far in seconds (proc(5), fields 14 and 15 of stat, in ticks of 10 ms). */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }
}

/** The files that a process holds open to write to. */
export function filesOpenToWrite(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      return parseInt(flags, 8) & 0o3 && target.startsWith('/') && !target.startsWith('/dev/') ? [target] : [];
    } catch {
      return []; // closed in between
    }
  });
}

/** Bytes of all files in a directory. */
export function bytesIn(dir: string): number {
  return readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
}
