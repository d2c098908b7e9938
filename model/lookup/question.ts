import { containerIdsIn } from './container-ids';
import { kubectlCommandsIn } from './kubectl-command';
import { fieldsIn, hasRandomSuffix, likelyNamesIn, namespacesNamedIn, objectsNamedIn } from './mentions';
import { goneNodeIn, type Mention, podsNamedIn, saysNeverStarted } from './messages';
import { parseName } from './name';
import { plainText } from './plain-text';
import { MIN_ID_DIGITS, type Question, type Target } from './target';

/** More of a text is not read. */
const MAX_LENGTH = 1_000_000;
/** More targets than these are not looked up at once, and more containers or runs of one pod are not told apart. */
const MAX_TARGETS = 500;
const MAX_OF_A_NAME = 20;

const onlyHex = new RegExp(`^[0-9a-f]{${MIN_ID_DIGITS},64}$`);

/**
 * What a person asks for, from what they gave: a name, an id, or any text in which `kubectl logs` or the kubelet says
 * that a log is not there. Ids are the most exact, so they go first; the pods named around them are the second try.
 * No targets where the text names nothing.
 */
export function parseQuestion(given: string): Question {
  const text = plainText(given.slice(0, MAX_LENGTH));
  const ids: Target[] = containerIdsIn(text)
    .slice(0, MAX_TARGETS)
    .map((id) => ({ kind: 'container', id }));
  const named = /\s/.test(text) ? [] : ([parseName(text)] as const).flatMap((target) => target ?? []);
  if (ids.length === 0 && onlyHex.test(text)) {
    return { targets: [{ kind: 'container', id: text }], otherwise: named, neverStarted: false };
  }
  if (ids.length === 0 && named.length > 0) {
    const otherwise = text.includes('/') ? [] : named.flatMap(ownersOfName);
    return { targets: named.map(podBeforeContainer), otherwise, neverStarted: false };
  }
  const mentions = mentionsIn(text);
  const pods = together(mentions.length > 0 || ids.length > 0 ? mentions : likelyNamesIn(text));
  const namespaces = new Set([...pods.flatMap(({ namespace }) => namespace ?? []), ...namespacesNamedIn(text)]);
  // One namespace in the text is that of all it names.
  const [only] = namespaces.size === 1 ? namespaces : [];
  const within = (target: Target): Target => (only === undefined ? target : { namespace: only, ...target });
  const goneNode = goneNodeIn(text);
  const others = pods.filter((target) => target.kind !== 'pod' || target.name !== goneNode);
  return {
    targets: (ids.length === 0 ? others : ids).map(within),
    otherwise: ids.length === 0 ? [] : others.map(within),
    neverStarted: saysNeverStarted(text),
    ...(goneNode !== undefined && { goneNode }),
  };
}

/** A name alone is a pod's, as for kubectl; where there is no such pod it may be that of a Job or a CronJob. */
const ownersOfName = (target: Target): Target[] =>
  target.kind === 'pod' && !hasRandomSuffix(target.name)
    ? (['job', 'cronjob'] as const).map((kind) => ({ ...target, kind }))
    : [];

/** Of `POD/CONTAINER` only the pod's name ends in what Kubernetes drew by lot: a namespace's does not. */
function podBeforeContainer(target: Target): Target {
  const isTurned =
    target.kind === 'pod' &&
    target.namespace !== undefined &&
    hasRandomSuffix(target.namespace) &&
    !hasRandomSuffix(target.name);
  return isTurned ? { kind: 'pod', name: target.namespace ?? '', container: target.name } : target;
}

/** All that names a pod or a Job: what a command or a message says goes before what stands in fields around it. */
function mentionsIn(text: string): Mention[] {
  const said = [...kubectlCommandsIn(text), ...podsNamedIn(text)];
  return [...said, ...objectsNamedIn(text), ...fieldsIn(text)].sort((a, b) => a.at - b.at);
}

/** What several places of the text say of the same pod is one target; where they differ, it is two. */
function together(mentions: readonly Mention[]): Target[] {
  const byName = new Map<string, Target[]>();
  const order: Array<{ key: string; index: number }> = [];
  for (const { target } of mentions) {
    const key = target.kind === 'container' ? target.id : `${target.kind}/${target.name}`;
    const same = byName.get(key) ?? [];
    byName.set(key, same);
    const index = same.findIndex((other) => agree(other, target));
    const other = same[index];
    if (other !== undefined) {
      same[index] = { ...other, ...target };
    } else if (same.length < MAX_OF_A_NAME && order.length < MAX_TARGETS) {
      order.push({ key, index: same.length });
      same.push(target);
    }
  }
  return order.flatMap(({ key, index }) => byName.get(key)?.[index] ?? []);
}

function agree(a: Target, b: Target): boolean {
  const left: Record<string, unknown> = { ...a };
  return Object.entries(b).every(
    ([key, value]) => key === 'kind' || key === 'name' || key === 'id' || left[key] === undefined || left[key] === value
  );
}
