import type { ContainerRun } from '../../../model/container-run';
import { globPattern, type SelectSettings } from '../../config/selection';

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

  constructor({ namespaces, pods, containers }: SelectSettings) {
    const rules = [
      nameRules('namespace', 'namespaces', namespaces),
      nameRules('pod', 'pods', pods),
      nameRules('container', 'containers', containers),
    ];
    this.rules = rules.filter(({ include, exclude }) => include.length + exclude.length > 0);
  }

  /** The rule that excludes it, as `select.namespaces.exclude: kube-*`; null where it is shipped. */
  exclusionOf(names: Names): string | null {
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
    return null;
  }
}

const nameRules = (name: keyof Names, section: string, { include, exclude }: Globs): NameRules => ({
  name,
  key: `select.${section}`,
  include: include.map(globPattern),
  exclude: exclude.map((glob) => [glob, globPattern(glob)] as const),
});
