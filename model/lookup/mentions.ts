import { workloadOf } from '../workload';
import { type Mention, name } from './messages';
import { parseName } from './name';
import type { Narrowing, Target } from './target';

/** What belongs to one object stands within so many lines. */
const LINES_TOGETHER = 6;
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

/** Fields that name an object, as JSON, YAML, logfmt, LogQL and `kubectl describe` write them. */
const field = new RegExp(
  `(?<![\\w-])\\\\*["']?(namespace|ns|pod|pod[_. ]?name|podName|container|container[_. ]?name|containerName|job|job[_. ]?name|jobName|name|Name|Namespace|Kind|kind)\\\\*["']?[ \\t]*(?::|=~?|==)[ \\t]*\\\\*["'{]?${name}(?![/:\w])`,
  'g'
);
const kindField = /(?<![\w-])\\*["']?kind\\*["']?[ \t]*[:=][ \t]*\\*["']?(Pod|Job|CronJob)\b/g;
/** `"pod":{"name":"p","namespace":"ns"}`, as the kubelet's JSON log has it. */
const nested = new RegExp(
  `["']pod["'][ \\t]*:[ \\t]*\\{[ \\t]*["']name["'][ \\t]*:[ \\t]*["']${name}["'](?:[ \\t]*,[ \\t]*["']namespace["'][ \\t]*:[ \\t]*["']${name}["'])?`,
  'g'
);

/** Rows of tables and fields of objects that name a pod or a Job. */
export function fieldsIn(text: string): Mention[] {
  const mentions: Mention[] = [];
  const object = new OpenObject(mentions);
  let at = 0;
  for (const whole of text.split('\n')) {
    const line = whole.slice(0, MAX_LINE);
    const [pod, job] = [podRow.exec(line.trimStart()), jobRow.exec(line.trimStart())];
    const row = pod ?? job;
    const found = row?.[2];
    if (row && found !== undefined) {
      const kind = pod ? 'pod' : 'job';
      mentions.push({ at, target: { kind, name: found, ...(row[1] !== undefined && { namespace: row[1] }) } });
    }
    for (const { index, 1: podName = '', 2: namespace } of line.matchAll(nested)) {
      mentions.push({ at: at + index, target: { kind: 'pod', name: podName, ...(namespace && { namespace }) } });
    }
    object.read(line, at);
    at += whole.length + 1;
  }
  object.close();
  return mentions;
}

/** The fields of one object: those that stand on a line, or on lines that follow each other. */
class OpenObject {
  private kind: Target['kind'] | undefined;
  private fields = new Map<string, { value: string; at: number }>();
  private lines = 0;

  constructor(private readonly mentions: Mention[]) {}

  read(line: string, at: number): void {
    const kind = kindField.exec(line)?.[1]?.toLowerCase();
    kindField.lastIndex = 0;
    const found = [...line.matchAll(field)].map((match) => ({
      key: keyOf(match[1] ?? ''),
      value: match[2] ?? '',
      at: at + match.index,
    }));
    if (found.length === 0 && kind === undefined) {
      this.lines++;
      if (this.lines > LINES_TOGETHER) {
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
    if (kind === 'pod' || kind === 'job' || kind === 'cronjob') {
      this.kind = kind;
    }
    for (const { key, value, at: place } of found) {
      if (key === 'name' ? !this.fields.has('name') : true) {
        this.fields.set(key, { value, at: place });
      }
    }
  }

  /** The object ends: what its fields name is a target. */
  close(): void {
    const of = (key: string) => this.fields.get(key);
    const [pod, job, own, container] = [of('pod'), of('job'), of('name'), of('container')];
    const namespace = of('namespace')?.value;
    const narrowing: Narrowing = { ...(namespace !== undefined && { namespace }) };
    const named = pod ?? (this.kind === 'pod' ? own : undefined);
    const lone =
      pod === undefined && job === undefined && this.kind === undefined && namespace !== undefined ? own : undefined;
    if (named !== undefined) {
      const inContainer = container === undefined ? {} : { container: container.value };
      this.mentions.push({ at: named.at, target: { kind: 'pod', name: named.value, ...narrowing, ...inContainer } });
    } else if (job !== undefined) {
      this.mentions.push({ at: job.at, target: { kind: 'job', name: job.value, ...narrowing } });
    } else if (own !== undefined && (this.kind === 'job' || this.kind === 'cronjob')) {
      this.mentions.push({ at: own.at, target: { kind: this.kind, name: own.value, ...narrowing } });
    } else if (lone !== undefined && hasRandomSuffix(lone.value)) {
      this.mentions.push({ at: lone.at, target: { kind: 'pod', name: lone.value, ...narrowing } });
    }
    this.kind = undefined;
    this.fields = new Map();
    this.lines = 0;
  }

  private isNamed(): boolean {
    return this.fields.has('name') || this.fields.has('pod') || this.fields.has('job');
  }
}

function keyOf(written: string): string {
  const key = written.toLowerCase().replace(/[_. ]/g, '');
  return key === 'ns'
    ? 'namespace'
    : key === 'name'
      ? 'name'
      : key.replace(/name$/, '') === 'namespace'
        ? 'namespace'
        : key === 'namespace'
          ? 'namespace'
          : key.replace(/(?<=pod|container|job)name$/, '');
}

/** A word that only Kubernetes makes: a pod's name ends in what it drew by lot. */
function hasRandomSuffix(word: string): boolean {
  const { workload, job } = workloadOf(word);
  return job !== null || workload !== word.replace(/-\d{1,5}$/, '');
}

const word = new RegExp(name, 'g');
const afterKind = new RegExp(`\\b(pod|job|cronjob)s?[ \\t]+\\\\*["'\`“”„]?${name}`, 'gi');
/** Words of a sentence that stand behind "pod" or "job" and are no name. */
const sentence =
  /^(?:is|was|has|had|not|and|or|to|in|on|of|the|a|for|from|with|that|which|are|were|will|can|cannot|could|failed|ended|deleted|evicted|gone|sandbox|status|logs?|name|names|template|controller|object|worker|workers|security|scheduling|startup|topology|containers?|did|does|got|running|pending|completed|disruption|finished|stuck|did|by|as|at|be|it|its|uid|ip|kind|spec|metadata|resources?|history|limit)$/;

/** The last resort: words that can be nothing but a pod's name, and what stands behind the words "pod" and "job". */
export function likelyNamesIn(text: string): Mention[] {
  const suffixed = [...text.matchAll(word)].flatMap(({ index, 1: found = '' }): Mention[] =>
    found.includes('-') && !found.includes('.') && hasRandomSuffix(found)
      ? [{ at: index, target: { kind: 'pod', name: found } }]
      : []
  );
  if (suffixed.length > 0) {
    return suffixed;
  }
  return [...text.matchAll(afterKind)].flatMap(({ index, 1: kind = '', 2: found = '' }): Mention[] => {
    const target = sentence.test(found) ? undefined : parseName(`${kind.toLowerCase()}/${found}`);
    return target === undefined ? [] : [{ at: index, target }];
  });
}
