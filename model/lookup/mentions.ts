import { workloadOf } from '../workload';
import { type Mention, name } from './messages';
import { parseName } from './name';
import type { Narrowing, Target } from './target';

/** What belongs to one object stands within so many lines. */
const LINES_TOGETHER = 6;
/** Between the kind and the name of an object in YAML stand its annotations and labels. */
const LINES_TO_NAME = 60;
const MAX_LINE = 4000;

/** Parts of an address below a pod that look like a name. */
const subresources = new Set(['log', 'exec', 'attach', 'portforward', 'status', 'eviction', 'proxy', 'binding']);

const kindAndName = new RegExp(
  `(?<![-\\w/.])(pods?|po|jobs?(?:\\.batch)?|cj|cronjobs?(?:\\.batch)?)/${name}(?:/([a-z0-9][-a-z0-9]{0,62}))?`,
  'g'
);

/** `pod/NAME`, `job.batch/NAME`: kubectl's own way to name an object, wherever it stands. */
export function objectsNamedIn(text: string): Mention[] {
  return [...text.matchAll(kindAndName)].flatMap(({ index, 1: kind = '', 2: found = '' }) => {
    const target = subresources.has(found) ? undefined : parseName(`${kind}/${found}`);
    return target === undefined ? [] : [{ at: index, target }];
  });
}

const ready = '\\d+/\\d+';
/** `[NAMESPACE] NAME READY STATUS RESTARTS AGE`, a row of `kubectl get pods`. */
const podRow = new RegExp(`^(?:${name}[ \\t]+)?${name}[ \\t]+${ready}[ \\t]+[A-Z][\\w:/]*[ \\t]+\\d+`);
/** `[NAMESPACE] NAME [STATUS] COMPLETIONS DURATION AGE`, a row of `kubectl get jobs`. */
const jobRow = new RegExp(
  `^(?:${name}[ \\t]+)?${name}[ \\t]+(?:(?:Complete|Failed|Running|Suspended|SuccessCriteriaMet|FailureTarget)[ \\t]+)?${ready}[ \\t]+(?:\\d+[smhd]\\w*[ \\t]+)?\\d+[smhd]`
);
/** `[NAMESPACE] NAME SCHEDULE [TIMEZONE] SUSPEND ACTIVE`, a row of `kubectl get cronjobs`. */
const cronJobRow = new RegExp(
  `^(?:${name}[ \\t]+)?${name}[ \\t]+(?:@[a-z]+|[-*/,\\w?#]+(?:[ ][-*/,\\w?#]+){4})[ \\t]+(?:[<\\w][-+/\\w>]*[ \\t]+)?(?:True|False)[ \\t]+\\d+`
);
/** `NAMESPACE NAME CPU-REQUESTS CPU-LIMITS …`, a row of the pods in `kubectl describe node`. */
const podOfNodeRow = new RegExp(`^${name}[ \\t]+${name}(?:[ \\t]+\\w+ \\(\\d+%\\)){2}`);
/** Rows of tables, by the kind that they name. */
const rows = [
  { kind: 'pod', pattern: podRow },
  { kind: 'pod', pattern: podOfNodeRow },
  { kind: 'job', pattern: jobRow },
  { kind: 'cronjob', pattern: cronJobRow },
] as const;

/**
 * Fields that name an object, as JSON, YAML, logfmt, LogQL, labels and `kubectl describe` write them, behind whatever
 * shippers and tracing put before them: `kubernetes.pod_name`, `k8s.namespace.name`, `batch.kubernetes.io/job-name`.
 */
const field = new RegExp(
  `(?<![-\\w./])(?:[a-zA-Z0-9]{1,30}[._/-]{1,3}){0,5}?(pod[._ -]?namespace|namespace(?:[._ -]?name)?|ns|pod(?:[._ -]?name)?|container(?:[._ -]?name)?|(?:cron)?job(?:[._ -]?name)?|name|resource)\\\\*["']?[ \\t]*(?::|=~?|==)[ \\t]*\\\\*["'{]?(?:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)/)?${name}(?![/:\\w]*[/\\w])`,
  'gi'
);
/** Of these, a prefix says what has the name, and that is no object of Kubernetes. */
const bareNames = new Set(['name', 'resource']);
const objectPrefix = /^(?:metadata|involvedObject|objectRef|regarding|object)[._]$/i;
const kindField = /(?<![\w-])\\*["']?(?:kind|resource)\\*["']?[ \t]*[:=][ \t]*\\*["']?(Pod|Job|CronJob)s?\b/gi;
/** Lines of `kubectl describe` that only one kind has. */
const described: ReadonlyArray<readonly ['pod' | 'job' | 'cronjob', RegExp]> = [
  ['pod', /^(?:Service Account|QoS Class|Priority|Node):\s/],
  ['job', /^(?:Parallelism|Completions|Completion Mode|Pods Statuses):\s/],
  ['cronjob', /^(?:Schedule|Concurrency Policy|Last Schedule Time):\s/],
];
/** Where an object names its owners, in YAML and in JSON that is broken into lines; and all of it on one line. */
const owners = /^([ \t]*)["']?ownerReferences["']?:/;
const ownersOnALine = /["']ownerReferences["'][ \t]*:[ \t]*\[[^\]\n]{0,4000}\]/g;
/** `"pod":{"name":"p","namespace":"ns"}`, as logs in JSON have it. */
const nested = /["'](pod|job|cronjob|involvedObject|regarding|object|objectRef)["'][ \t]*:[ \t]*\{([^{}\n]{1,500})\}/gi;
const innerField = new RegExp(`["'](name|namespace)["'][ \\t]*:[ \\t]*["']${name}["']`, 'g');

/** Rows of tables and fields of objects that name a pod or a Job. */
export function fieldsIn(text: string): Mention[] {
  const mentions: Mention[] = [];
  const object = new OpenObject(mentions);
  let at = 0;
  for (const whole of text.split('\n')) {
    const line = whole.slice(0, MAX_LINE).replace(ownersOnALine, (text) => ' '.repeat(text.length));
    for (const { kind, pattern } of rows) {
      const [, namespace, found] = pattern.exec(line.trimStart()) ?? [];
      if (found !== undefined) {
        mentions.push({ at, target: { kind, name: found, ...(namespace !== undefined && { namespace }) } });
        break;
      }
    }
    for (const { index, 1: kind = '', 2: inner = '' } of line.matchAll(nested)) {
      const target = nestedTarget(kind, inner);
      if (target !== undefined) {
        mentions.push({ at: at + index, target });
      }
    }
    object.read(line, at);
    at += whole.length + 1;
  }
  object.close();
  return mentions;
}

function nestedTarget(key: string, inner: string): Target | undefined {
  const fields = new Map([...inner.matchAll(innerField)].map(([, field_ = '', value = '']) => [field_, value]));
  const kind = kindOf(inner) ?? (/^(?:pod|job|cronjob)$/i.test(key) ? key.toLowerCase() : undefined);
  const [own, namespace] = [fields.get('name'), fields.get('namespace')];
  const target = kind === undefined || own === undefined ? undefined : parseName(`${kind}/${own}`);
  return target && { ...target, ...(namespace !== undefined && { namespace }) };
}

/** `pod`, `job` or `cronjob`, where a text has such a field. */
function kindOf(text: string): string | undefined {
  kindField.lastIndex = 0;
  return kindField.exec(text)?.[1]?.toLowerCase();
}

/** The fields of one object: those that stand on a line, or on lines that follow each other. */
class OpenObject {
  private kind: Target['kind'] | undefined;
  private fields = new Map<string, { value: string; at: number }>();
  private lines = 0;
  /** It begins as `kubectl describe` does, which does not write the kind of what it describes. */
  private isDescribed = false;
  /** How far a list of owners is indented: their names are not the object's. */
  private ownersIndent: number | undefined;

  constructor(private readonly mentions: Mention[]) {}

  read(line: string, at: number): void {
    if (this.isOfOwners(line)) {
      return;
    }
    const kind = kindOf(line);
    const describedKind = described.find(([, pattern]) => pattern.test(line))?.[0];
    if (this.isDescribed && this.kind === undefined && describedKind !== undefined) {
      this.kind = describedKind;
    }
    const found = [...line.matchAll(field)].flatMap(({ 0: whole, 1: written = '', 2: space, 3: value = '', index }) => {
      const key = keyOf(written);
      const prefix = whole.slice(0, whole.toLowerCase().indexOf(written.toLowerCase()));
      const isOther = bareNames.has(key) && prefix !== '' && !objectPrefix.test(prefix);
      // Error creating pod: timed out
      const isProse =
        key !== 'name' && sentence.test(value) && /[:\s]$/.test(line.slice(0, index + whole.length - value.length));
      return isProse || isOther || key === 'resource' ? [] : [{ key, value, space, at: at + index }];
    });
    if (found.length === 0 && kind === undefined) {
      this.lines++;
      const isOpen = this.kind === undefined ? this.isDescribed : !this.isNamed();
      if (this.lines > (isOpen ? LINES_TO_NAME : LINES_TOGETHER)) {
        this.close();
      }
      return;
    }
    if (
      found.some(({ key }) => key !== 'name' && this.fields.has(key)) ||
      (kind !== undefined && this.fields.size > 0 && this.isNamed())
    ) {
      this.close();
    }
    this.lines = 0;
    this.isDescribed ||= /^Name:[ \t]{2,}/.test(line);
    if (kind === 'pod' || kind === 'job' || kind === 'cronjob') {
      this.kind = kind;
    }
    for (const { key, value, space, at: place } of found) {
      if (key === 'name' ? !this.fields.has('name') : true) {
        this.fields.set(key, { value, at: place });
      }
      if (space !== undefined && key !== 'container') {
        this.fields.set('namespace', { value: space, at: place });
      }
    }
  }

  /** The object ends: what its fields name is a target. */
  close(): void {
    const of = (key: string) => this.fields.get(key);
    const [pod, job, cronJob, own, container] = [of('pod'), of('job'), of('cronjob'), of('name'), of('container')];
    const namespace = of('namespace')?.value;
    const narrowing: Narrowing = { ...(namespace !== undefined && { namespace }) };
    const named = pod ?? (this.kind === 'pod' ? own : undefined);
    const lone =
      (pod ?? job ?? cronJob) === undefined && this.kind === undefined && namespace !== undefined ? own : undefined;
    if (named !== undefined) {
      const inContainer = container === undefined ? {} : { container: container.value };
      this.mentions.push({ at: named.at, target: { kind: 'pod', name: named.value, ...narrowing, ...inContainer } });
    } else if (job !== undefined) {
      this.mentions.push({ at: job.at, target: { kind: 'job', name: job.value, ...narrowing } });
    } else if (cronJob !== undefined) {
      this.mentions.push({ at: cronJob.at, target: { kind: 'cronjob', name: cronJob.value, ...narrowing } });
    } else if (own !== undefined && (this.kind === 'job' || this.kind === 'cronjob')) {
      this.mentions.push({ at: own.at, target: { kind: this.kind, name: own.value, ...narrowing } });
    } else if (lone !== undefined && hasRandomSuffix(lone.value)) {
      this.mentions.push({ at: lone.at, target: { kind: 'pod', name: lone.value, ...narrowing } });
    }
    this.kind = undefined;
    this.fields = new Map();
    this.lines = 0;
    this.isDescribed = false;
  }

  private isOfOwners(line: string): boolean {
    const indent = owners.exec(line)?.[1]?.length;
    if (indent !== undefined) {
      this.ownersIndent = indent;
      return true;
    }
    if (this.ownersIndent === undefined) {
      return false;
    }
    const own = line.length - line.trimStart().length;
    const isInside = own > this.ownersIndent || (own === this.ownersIndent && line.startsWith('- ', own));
    this.ownersIndent = isInside ? this.ownersIndent : undefined;
    return isInside;
  }

  private isNamed(): boolean {
    return this.fields.has('name') || this.fields.has('pod') || this.fields.has('job') || this.fields.has('cronjob');
  }
}

/** `pod`, `namespace`, `container`, `job`, `cronjob`, `name`, `resource`, whichever way it was written. */
function keyOf(written: string): string {
  const key = written.toLowerCase().replace(/[._ -]/g, '');
  return key === 'ns' || key.includes('namespace') ? 'namespace' : key.replace(/(?<=pod|container|job)name$/, '');
}

/** A word that only Kubernetes makes: a pod's name ends in what it drew by lot. */
export function hasRandomSuffix(word: string): boolean {
  const { workload, job } = workloadOf(word);
  return job !== null || workload !== word.replace(/-\d{1,5}$/, '');
}

const word = new RegExp(`(?<![-\\w./])(?:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)/)?${name}|${name}`, 'g');
const afterKind = new RegExp(
  `(?:\\b(pod|job|cronjob)s?(?:\\b|(?=[^ -~]))|(ポッド|ジョブ))(?:名|の|は|が|を|[ \\t:])*\\\\*["'\`]?(?:([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)/)?${name}`,
  'gi'
);
/** Words of a sentence that stand behind "pod" or "job" and are no name. */
const sentence =
  /^(?:is|was|has|had|not|and|or|to|in|on|of|the|a|for|from|with|that|which|are|were|will|can|cannot|could|failed|ended|deleted|evicted|gone|sandbox|status|logs?|name|names|template|controller|object|worker|workers|security|scheduling|startup|topology|containers?|did|does|got|running|pending|completed|disruption|finished|stuck|did|by|as|at|be|it|its|uid|ip|kind|spec|metadata|resources?|history|limit|after|before|when|while|because|this|these|those|there|an|no|any|all|should|would|may|must|have|been|being|into|out|up|down|again|still|already|never|always|only|also|without|within|under|over|per|via|if|then|so|but|than|since|until|during|must|need|needs|keeps?|starts?|started|starting|stops?|stopped|fails?|failing|runs?|ran|dies|died|crashed|crashes|crashing|restarts?|restarted|created|exists?|existed|terminated|terminating|removed|lost|missing|killed|scheduled|unschedulable|ready|unready|unknown|active|complete|succeeded|suspended|found|node|nodes|namespace|pod|pods|job|jobs|cronjob|timed|timeout|context|connection|deadline|waiting|exceeded|unable|invalid|unauthorized|forbidden|rpc|dial|syncing|creating|deleting|getting|events?|errors?|reason|message|age|phase|restart|log|output|exit|exited|oom|image|images|volume|volumes|network|cidr|cidrs|priority|preemption|lifecycle|overhead|affinity|anti-affinity|autoscaler|monitor|metrics|list|details|info|overview|queue|id|ids|run|type|types|number|count|counts)$/;
/** An ordinal at the end, as StatefulSets give; but no encodings, standards or instruction sets. */
const numbered = new RegExp(`(?<![-\\w./@%])([a-z](?:[-a-z0-9]{0,200}[a-z0-9])?-\\d{1,5})(?![-\\w/.]*[-\\w/])`, 'g');
const notPods =
  /^(?:utf|utf-\w+|sha|sha-?\d|md|iso|iso-\w+|x86|arm|aes|rsa|http|tls|ssl|ipv|top|step|part|line|version|v|covid|base|latin)-\d+$/;

/**
 * The last resort: words that can be nothing but a pod's name, what stands behind the words "pod" and "job", and words
 * that end in a number as the pods of a StatefulSet do.
 */
export function likelyNamesIn(text: string): Mention[] {
  const suffixed = [...text.matchAll(word)].flatMap(({ index, 1: space, 2: first, 3: second }): Mention[] => {
    const found = first ?? second ?? '';
    const namespace = space === undefined || sentence.test(space) ? {} : { namespace: space };
    return found.includes('-') && !found.includes('.') && hasRandomSuffix(found)
      ? [{ at: index, target: { kind: 'pod', name: found, ...namespace } }]
      : [];
  });
  if (suffixed.length > 0) {
    return suffixed;
  }
  const behind = [...text.matchAll(afterKind)].flatMap((match): Mention[] => {
    const [, kind, japanese, namespace, found = ''] = match;
    const written = kind?.toLowerCase() ?? (japanese === 'ジョブ' ? 'job' : 'pod');
    const target = sentence.test(found) ? undefined : parseName(`${written}/${found}`);
    return target === undefined ? [] : [{ at: match.index, target: { ...target, ...(namespace && { namespace }) } }];
  });
  return behind.length > 0
    ? behind
    : [...text.matchAll(numbered)].flatMap(({ index, 1: found = '' }): Mention[] =>
        notPods.test(found) ? [] : [{ at: index, target: { kind: 'pod', name: found } }]
      );
}

const inNamespace = new RegExp(
  `(?:\\b[Nn]amespaces?|名前空間|ネームスペース)(?:の|は|[ \\t:="'\`])*([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)(?![-\\w./])`,
  'g'
);

/** The namespaces that a text names in a sentence: `in namespace prod`. */
export const namespacesNamedIn = (text: string): string[] =>
  [...text.matchAll(inNamespace)].flatMap(([, namespace = '']) => (sentence.test(namespace) ? [] : [namespace]));
