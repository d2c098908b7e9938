import type { ContainerRun } from '../../../model/container-run';
import type { AgentConfig } from '../../config/agent-config';
import { labelName } from '../../config/labels';
import type { LineRuleSettings } from '../../config/line-rules';
import { globPattern } from '../../config/selection';
import type { Destination } from '../container/destination';
import type { LineTreatment } from '../entries/line-treatment';
import type * as lineTreatment from './line-treatment';
import type { PodFacts } from './pod-facts';
import { Selection } from './selection';

/** A rule, and whether it is for a container. */
interface Scoped<T> {
  rule: T;
  isFor: (run: ContainerRun) => boolean;
}

/** What the configuration says of each container: whether and where it is shipped, and what is done to its lines. */
export class Policy {
  private readonly selection: Selection;
  private readonly drop: ReadonlyArray<Scoped<LineRuleSettings['drop'][number]>>;
  private readonly redact: ReadonlyArray<Scoped<LineRuleSettings['redact'][number]>>;
  private readonly multiline: ReadonlyArray<Scoped<LineRuleSettings['multiline'][number]>>;
  private readonly hasRules: boolean;
  /** Of containers with the same rules. */
  private readonly treatments = new Map<string, LineTreatment>();

  private readonly tenants: ReadonlyArray<{ namespaces: RegExp; tenant: string }>;

  constructor(
    private readonly settings: Pick<
      AgentConfig,
      'loki' | 'select' | 'labels' | 'tenants' | 'pod-labels' | keyof LineRuleSettings
    >
  ) {
    const { select, drop, redact, multiline, tenants } = settings;
    this.tenants = Object.entries(tenants).map(([glob, tenant]) => ({ namespaces: globPattern(glob), tenant }));
    this.selection = new Selection(select);
    this.drop = drop.map(scoped);
    this.redact = redact.map(scoped);
    this.multiline = multiline.map(scoped);
    this.hasRules = drop.length + redact.length + multiline.length > 0;
  }

  /** The names of the labels and annotations of pods that decide something. */
  get asksFor(): { labels: ReadonlySet<string>; annotations: ReadonlySet<string> } {
    const { labels, annotations } = this.selection.asksFor;
    return {
      labels: new Set([...labels, ...Object.keys(this.settings['pod-labels'])]),
      annotations: new Set(annotations),
    };
  }

  /** The rule that excludes a container; null where it is shipped. @param pod undefined: its labels are not known */
  exclusionOf(run: ContainerRun, pod: PodFacts | undefined): string | null {
    return this.selection.exclusionOf(run, pod);
  }

  /** Where a container's lines go. */
  destinationOf(run: ContainerRun, pod: PodFacts | undefined): Destination {
    const tenant = this.tenants.find(({ namespaces }) => namespaces.test(run.namespace))?.tenant;
    const labels: Record<string, string> = { ...this.settings.labels };
    const metadata: Array<readonly [string, string]> = [];
    for (const [name, place] of Object.entries(this.settings['pod-labels'])) {
      const value = pod?.labels[name];
      if (value !== undefined && place === 'label') {
        labels[labelName(name)] = value;
      } else if (value !== undefined) {
        metadata.push([labelName(name), value]);
      }
    }
    return { tenant: tenant === this.settings.loki.tenantId ? null : (tenant ?? null), labels, metadata };
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
