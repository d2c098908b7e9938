import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRecord } from '../../model/records';
import { Agent } from '../agent/agent';

/** A stretch in which no agent runs: recorded time, milliseconds since 1970. */
export interface AgentDown {
  from: number;
  to: number;
}

const LOOK_MS = 5;

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

  /**
   * Ends the agent at the beginning of each stretch and starts another one at its end.
   * @param now recorded time, milliseconds since 1970
   */
  async beAway(stretches: readonly AgentDown[], now: () => number, signal: AbortSignal): Promise<void> {
    for (const { from, to } of stretches) {
      await until(() => now() >= from, signal);
      await this.agent.stop();
      this.ledgersOf(this.agent).forEach((ledger) => this.earlier.set(ledger.id, ledger));
      await until(() => now() >= to, signal);
      this.agent = this.create();
      await this.agent.start();
    }
  }

  /** Resolves when everything that is on the node is in Loki. */
  settled(): Promise<void> {
    return this.agent.settled();
  }

  stop(): Promise<void> {
    return this.agent.stop();
  }

  /** The ledgers of all containers that an agent opened, as they stand. */
  ledgers(): ContainerRecord[] {
    const ledgers = new Map(this.earlier);
    this.agent.ledgers().forEach((ledger) => ledgers.set(ledger.id, ledger));
    return [...ledgers.values()];
  }

  /** What is not final is told by the next agent. */
  private ledgersOf(agent: Agent): ContainerRecord[] {
    return agent.ledgers().filter(({ final }) => final);
  }
}

async function until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
  while (!isSo()) {
    await sleep(LOOK_MS, undefined, { signal });
  }
}
