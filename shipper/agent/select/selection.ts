import type { ContainerRun } from '../../../model/container-run';
import { globPattern, type SelectSettings } from '../../config/selection';
import type { PodFacts } from './pod-facts';

/** What a rule compares a name with. */
interface Globs {
  include: readonly string[];
  exclude: readonly string[];
}

type Names = Pick<ContainerRun, 'namespace' | 'pod' | 'container'>;

/** Of one kind of name: what has to match, where anything has, and what must not. Each with its text. */
interface NameRules {
  name: keyof Names;
  key: string;
  include: readonly RegExp[];
  exclude: ReadonlyArray<readonly [glob: string, pattern: RegExp]>;
}

/** Which containers are shipped. A container is excluded by the first rule that says so. */
export class Selection {
  private readonly rules: readonly NameRules[];
  private readonly labels: { include: readonly LabelRule[]; exclude: readonly LabelRule[] };
  private readonly annotation: string;

  constructor({ namespaces, pods, containers, labels, annotation }: SelectSettings) {
    const rules = [
      nameRules('namespace', 'namespaces', namespaces),
      nameRules('pod', 'pods', pods),
      nameRules('container', 'containers', containers),
    ];
    this.rules = rules.filter(({ include, exclude }) => include.length + exclude.length > 0);
    this.labels = { include: labels.include.map(labelRule), exclude: labels.exclude.map(labelRule) };
    this.annotation = annotation;
  }

  /** The names of the labels and annotations that decide. */
  get asksFor(): { labels: string[]; annotations: string[] } {
    const { include, exclude } = this.labels;
    const labels = [...include, ...exclude].map(({ name }) => name);
    return { labels, annotations: this.annotation === '' ? [] : [this.annotation] };
  }

  /**
   * The rule that excludes it, as `select.namespaces.exclude: kube-*`; null where it is shipped.
   * @param pod what is known of its pod: labels that are not known exclude nothing
   */
  exclusionOf(names: Names, pod?: PodFacts): string | null {
    for (const { name, key, include, exclude } of this.rules) {
      const value = names[name];
      const excluding = exclude.find(([, pattern]) => pattern.test(value));
      if (excluding) {
        return `${key}.exclude: ${excluding[0]}`;
      }
      if (include.length > 0 && !include.some((pattern) => pattern.test(value))) {
        return `${key}.include`;
      }
    }
    return pod === undefined ? null : this.exclusionByPod(pod);
  }

  private exclusionByPod({ labels, annotations }: PodFacts): string | null {
    const { include, exclude } = this.labels;
    const isOn = ({ name, value }: LabelRule) => labels[name] !== undefined && value.test(labels[name]);
    if (this.annotation !== '' && annotations[this.annotation] === 'false') {
      return `annotation ${this.annotation}: "false"`;
    }
    const excluding = exclude.find(isOn);
    if (excluding) {
      return `select.labels.exclude: ${excluding.text}`;
    }
    return include.length > 0 && !include.some(isOn) ? 'select.labels.include' : null;
  }
}

interface LabelRule {
  text: string;
  name: string;
  value: RegExp;
}

function labelRule(text: string): LabelRule {
  const [name = '', value] = text.split('=');
  return { text, name, value: globPattern(value ?? '*') };
}

const nameRules = (name: keyof Names, section: string, { include, exclude }: Globs): NameRules => ({
  name,
  key: `select.${section}`,
  include: include.map(globPattern),
  exclude: exclude.map((glob) => [glob, globPattern(glob)] as const),
});
