import type { ContainerRun } from '../../../model/container-run';
import type { AgentConfig } from '../../config/agent-config';
import { Selection } from './selection';

/** What the configuration says of each container: whether it is shipped. */
export class Policy {
  private readonly selection: Selection;

  constructor({ select }: Pick<AgentConfig, 'select'>) {
    this.selection = new Selection(select);
  }

  /** The rule that excludes a container; null where it is shipped. */
  exclusionOf(run: ContainerRun): string | null {
    return this.selection.exclusionOf(run);
  }
}
