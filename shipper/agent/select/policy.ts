import type { ContainerRun } from '../../../model/container-run';
import type { AgentConfig } from '../../config/agent-config';
import type { LineRuleSettings } from '../../config/line-rules';
import { globPattern } from '../../config/selection';
import type { LineTreatment } from '../entries/line-treatment';
import type * as lineTreatment from './line-treatment';
import { Selection } from './selection';

/** A rule, and whether it is for a container. */
interface Scoped<T> {
  rule: T;
  isFor: (run: ContainerRun) => boolean;
}

/** What the configuration says of each container: whether it is shipped, and what is done to its lines. */
export class Policy {
  private readonly selection: Selection;
  private readonly drop: ReadonlyArray<Scoped<LineRuleSettings['drop'][number]>>;
  private readonly redact: ReadonlyArray<Scoped<LineRuleSettings['redact'][number]>>;
  private readonly multiline: ReadonlyArray<Scoped<LineRuleSettings['multiline'][number]>>;
  private readonly hasRules: boolean;
  /** Of containers with the same rules. */
  private readonly treatments = new Map<string, LineTreatment>();

  constructor({ select, drop, redact, multiline }: Pick<AgentConfig, 'select' | keyof LineRuleSettings>) {
    this.selection = new Selection(select);
    this.drop = drop.map(scoped);
    this.redact = redact.map(scoped);
    this.multiline = multiline.map(scoped);
    this.hasRules = drop.length + redact.length + multiline.length > 0;
  }

  /** The rule that excludes a container; null where it is shipped. */
  exclusionOf(run: ContainerRun): string | null {
    return this.selection.exclusionOf(run);
  }

  /** What is done to a container's lines; null where they are sent as they are. */
  treatmentOf(run: ContainerRun): LineTreatment | null {
    if (!this.hasRules) {
      return null;
    }
    const rulesOf = <T>(rules: ReadonlyArray<Scoped<T>>) =>
      rules.flatMap(({ rule, isFor }) => (isFor(run) ? [rule] : []));
    const rules = { drop: rulesOf(this.drop), redact: rulesOf(this.redact), multiline: rulesOf(this.multiline) };
    if (rules.drop.length + rules.redact.length + rules.multiline.length === 0) {
      return null;
    }
    const key = JSON.stringify(rules);
    let treatment = this.treatments.get(key);
    if (!treatment) {
      // Loaded where there are rules: no other agent pays for it.
      const { ContainerLines }: typeof lineTreatment = require('./line-treatment');
      treatment = new ContainerLines(rules);
      this.treatments.set(key, treatment);
    }
    return treatment;
  }
}

interface Scope {
  namespaces?: readonly string[] | undefined;
  pods?: readonly string[] | undefined;
  containers?: readonly string[] | undefined;
}

function scoped<T extends Scope>(rule: T): Scoped<T> {
  const { namespaces, pods, containers } = rule;
  const matcherOf = (globs: readonly string[] | undefined) => {
    const patterns = (globs ?? []).map(globPattern);
    return (name: string) => patterns.length === 0 || patterns.some((pattern) => pattern.test(name));
  };
  const [isNamespace, isPod, isContainer] = [matcherOf(namespaces), matcherOf(pods), matcherOf(containers)];
  return { rule, isFor: (run) => isNamespace(run.namespace) && isPod(run.pod) && isContainer(run.container) };
}
