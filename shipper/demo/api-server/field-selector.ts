import type { ApiObject, Resource } from './changes';
import { Refusal } from './status';

/** The fields that an API server can select by, besides name and namespace. */
const SELECTABLE: Record<Resource, readonly string[]> = {
  nodes: ['spec.unschedulable'],
  pods: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase', 'status.podIP'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'reason',
    'type',
  ],
  jobs: ['status.successful'],
  cronjobs: [],
};

/**
 * `a=b`, `a==b` and `a!=b`, with commas between; all must hold.
 * @throws Refusal for a field that cannot be selected by
 */
export function fieldSelector(resource: Resource, text: string): (object: ApiObject) => boolean {
  const terms = text
    .split(',')
    .filter(Boolean)
    .map((term) => {
      const [, field = '', operator, value] = /^([\w.]+)(==?|!=)(.*)$/.exec(term) ?? [];
      if (!['metadata.name', 'metadata.namespace', ...SELECTABLE[resource]].includes(field)) {
        throw new Refusal(400, 'BadRequest', `field label not supported: ${field === '' ? term : field}`);
      }
      return { path: field.split('.'), wanted: operator !== '!=', value };
    });
  return (object) => terms.every(({ path, wanted, value }) => (valueAt(object, path) === value) === wanted);
}

function valueAt(object: unknown, [name, ...rest]: readonly string[]): string {
  if (name === undefined) {
    return typeof object === 'string' || typeof object === 'boolean' ? String(object) : '';
  }
  return typeof object === 'object' && object !== null
    ? valueAt(Object.entries(object).find(([key]) => key === name)?.[1], rest)
    : '';
}
