import type { ContainerLog } from '../container/container-log';
import type { PodFacts } from './pod-facts';
import type { PodList } from './pod-list';
import type { Policy } from './policy';

export interface AssignmentDeps {
  policy: Policy;
  /** Null where no rule asks for labels or annotations. */
  pods: PodList | null;
  /** A container that had to wait can be sent, or is excluded. */
  decided: (container: ContainerLog) => void;
}

/**
 * Tells each container what the configuration says of it. Where that depends on the pod's labels, the container waits until
 * the kubelet has reported them, for some seconds at most; its files are open meanwhile. What is not known by then is shipped.
 */
export class Assignment {
  private readonly undecided = new Set<ContainerLog>();
  private policy: Policy;
  private pods: PodList | null;

  constructor(private readonly deps: AssignmentDeps) {
    this.policy = deps.policy;
    this.pods = deps.pods;
  }

  /** A container is there. @param saved what an earlier agent knew of its pod */
  assign(container: ContainerLog, saved: PodFacts | undefined): void {
    const { pods } = this;
    const facts = saved ?? pods?.of(container.run.podUid);
    this.tell(container, facts);
    if (pods !== null && facts === undefined && container.excludedBy === null) {
      this.undecided.add(container);
      void pods.find(container.run.podUid).then((found) => {
        this.undecided.delete(container);
        this.tell(container, found ?? undefined);
        this.deps.decided(container);
      });
    }
  }

  /** Whether its lines may go. */
  isDecided(container: ContainerLog): boolean {
    return !this.undecided.has(container);
  }

  /** Another configuration is in force. The streams of containers that are there stay as they are. */
  reload(policy: Policy, pods: PodList | null, containers: Iterable<ContainerLog>): void {
    this.policy = policy;
    this.pods?.stop();
    this.pods = pods;
    for (const container of containers) {
      this.rule(container);
      this.deps.decided(container);
      void pods?.find(container.run.podUid).then((found) => {
        if (found !== null && this.pods === pods) {
          container.pod = found;
          this.rule(container);
          this.deps.decided(container);
        }
      });
    }
  }

  /** Nothing is asked for any more. */
  stop(): void {
    this.pods?.stop();
  }

  private tell(container: ContainerLog, facts: PodFacts | undefined): void {
    container.pod = facts ?? null;
    container.destination = this.policy.destinationOf(container.run, facts);
    this.rule(container);
  }

  private rule(container: ContainerLog): void {
    const { run, pod } = container;
    container.excludedBy = this.policy.exclusionOf(run, pod ?? undefined);
    container.treatment = this.policy.treatmentOf(run);
  }
}
