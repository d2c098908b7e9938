import type { ContainerRecord } from '../../model/records';
import type { Agent } from '../agent/agent';
import type { Interlude } from './replay/play';

/** A stretch in which no agent runs: recorded time, milliseconds since 1970. */
export interface AgentDown {
  from: number;
  to: number;
}

/** The agent of the recorded node, which may be away for a while, as with an update of its DaemonSet. */
export class DemoAgent {
  private agent: Agent;
  /** The last words of agents that ended. */
  private readonly earlier = new Map<string, ContainerRecord>();

  /** @param create an agent on the same state directory each time */
  constructor(private readonly create: () => Agent) {
    this.agent = create();
  }

  start(): Promise<void> {
    return this.agent.start();
  }

  /** Ends the agent at the beginning of each stretch and starts another one at its end, while the replay waits. */
  away(stretches: readonly AgentDown[]): Interlude[] {
    return stretches.flatMap(({ from, to }) => [
      { at: from, run: () => this.end() },
      { at: to, run: () => this.begin() },
    ]);
  }

  /** Resolves when everything that is on the node is in Loki. */
  settled(): Promise<void> {
    return this.agent.settled();
  }

  stop(): Promise<void> {
    return this.agent.stop();
  }

  /** The container records of all containers that an agent opened, as they stand. */
  containerRecords(): ContainerRecord[] {
    const containerRecords = new Map(this.earlier);
    this.agent
      .containerRecords()
      .forEach((containerRecord) => containerRecords.set(containerRecord.id, containerRecord));
    return [...containerRecords.values()];
  }

  private async end(): Promise<void> {
    await this.agent.stop();
    // What is not final is told by the next agent.
    const final = this.agent.containerRecords().filter((containerRecord) => containerRecord.final);
    final.forEach((containerRecord) => this.earlier.set(containerRecord.id, containerRecord));
  }

  private async begin(): Promise<void> {
    this.agent = this.create();
    await this.agent.start();
  }
}
