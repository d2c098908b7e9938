import { errorText } from '../../../model/error-text';
/**
 * What Loki's answer to a push that carried one stream means: one table for log lines and records.
 *
 * An entry may be passed over only for its own fault. So the table knows the few answers of a Loki that name a fault of
 * an entry (grafana/loki v3.7 `pkg/validation/validate.go`, `pkg/ingester/stream.go`), and the size limits that smaller
 * requests pass; everything else, what it has never heard of included, says that the way is wrong or Loki unable, and waits.
 */

/** What an entry itself can be refused for. */
export type EntryFault = 'too-old' | 'too-new' | 'too-long' | 'too-far-behind';

/** Why a push waits; the names are values of a metric's label. */
export type WaitReason =
  | 'https_required'
  | 'html_answer'
  | 'redirect'
  | 'tenant'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'missing_labels'
  | 'label_limits'
  | 'structured_metadata_disallowed'
  | 'structured_metadata_limits'
  | 'ingestion_blocked'
  | 'rate_limited'
  | 'stream_rate_limited'
  | 'stream_limit'
  | 'not_acknowledged'
  | 'server_error'
  | 'no_answer'
  | 'answer_too_long'
  | 'unknown_answer';

interface Rejection {
  /** Status and the beginning of the body. */
  answer: string;
  /** What a person can do about it; empty where nothing is to be done but wait. */
  advice: string;
}

/** The same bytes may be accepted later; whether some of them are stored already is not known, or surely not. */
export interface Waits extends Rejection {
  kind: 'wait';
  reason: WaitReason;
  stored: 'maybe' | 'no';
  /** Of a rate limit that the answer names: bytes that Loki takes in a second. */
  bytesPerSecond: number | null;
}

/** Nothing is stored, smaller requests can pass. */
export interface TooLarge extends Rejection {
  kind: 'too-large';
  reason: 'request_too_large';
}

/** `count` entries were refused for a fault of their own. */
export interface Faulty extends Rejection {
  kind: 'faulty';
  /** `mixed`: entries of one request for different faults. */
  reason: EntryFault | 'mixed';
  count: number;
  /** Where the answer says it: the oldest time that Loki takes (milliseconds since 1970), or the longest line (bytes). */
  limit: number | null;
}

export type PushOutcome = { kind: 'stored' } | Waits | TooLarge | Faulty;

/** What is put into logs and container records of an answer. */
const ANSWER_CHARACTERS = 300;

const RAISE_LIMITS = (name: string) => `raise ${name} in Loki's limits_config`;

interface Rule {
  /** Of a status, or a class of statuses (4 for 4xx); any where absent. */
  status?: number;
  text?: RegExp;
  reason: WaitReason | 'request_too_large';
  advice: string;
  /** Nothing of the request can have been stored. */
  nothingStored?: true;
}

/** The first that matches counts. */
const rules: readonly Rule[] = [
  {
    text: /HTTP request (?:was sent|to an HTTPS server)|plain HTTP request/i,
    reason: 'https_required',
    advice: 'the port speaks TLS: use https:// in --loki.url',
    nothingStored: true,
  },
  {
    status: 413,
    reason: 'request_too_large',
    advice: 'raise the limit of the request body on the proxy (nginx: client_max_body_size), or lower --batch.size',
  },
  {
    status: 3,
    reason: 'redirect',
    advice: 'the address redirects: give the one it leads to in --loki.url (often https:// instead of http://)',
    nothingStored: true,
  },
  {
    text: /^\s*<(?:!doctype|html|head|\?xml)/i,
    reason: 'html_answer',
    advice: 'a proxy or web server answers, not Loki: check --loki.url and what stands before Loki',
  },
  {
    status: 400,
    text: /message larger than max|message size too large|larger than the max|request body too large|decompressed/i,
    reason: 'request_too_large',
    advice: 'lower --batch.size, or raise the limit of a request in Loki',
  },
  {
    status: 500,
    text: /message larger than max|message size too large|larger than the max/i,
    reason: 'request_too_large',
    advice: "lower --batch.size, or raise server.grpc_server_max_recv_msg_size in Loki's configuration",
  },
  {
    status: 400,
    text: /missing required labels/i,
    reason: 'missing_labels',
    advice: "add the labels to --stream.labels, or remove them from enforced_labels in Loki's limits_config",
    nothingStored: true,
  },
  {
    status: 400,
    text: /label names; limit/i,
    reason: 'label_limits',
    advice: `${RAISE_LIMITS('max_label_names_per_series')}, or take names out of --stream.labels`,
    nothingStored: true,
  },
  {
    status: 400,
    text: /has label (?:name|value) too long/i,
    reason: 'label_limits',
    advice: `${RAISE_LIMITS('max_label_name_length and max_label_value_length')}, or take names out of --stream.labels`,
    nothingStored: true,
  },
  {
    status: 400,
    text: /duplicate label name|at least one label pair|error parsing labels|couldn.t parse labels/i,
    reason: 'label_limits',
    advice: 'check --stream.labels',
    nothingStored: true,
  },
  {
    status: 400,
    text: /structured metadata.*disallowed/is,
    reason: 'structured_metadata_disallowed',
    advice:
      "set allow_structured_metadata: true in Loki's limits_config (schema v13 with tsdb), or empty --stream.metadata",
  },
  {
    status: 400,
    text: /structured metadata too large/i,
    reason: 'structured_metadata_limits',
    advice: `${RAISE_LIMITS('max_structured_metadata_size')}, or take names out of --stream.metadata`,
  },
  {
    status: 400,
    text: /too many structured metadata/i,
    reason: 'structured_metadata_limits',
    advice: `${RAISE_LIMITS('max_structured_metadata_entries_count')}, or take names out of --stream.metadata`,
  },
  {
    text: /no org id|tenant ID|org id|multiple org/i,
    reason: 'tenant',
    advice: 'give the tenant of this Loki with --loki.tenant-id',
    nothingStored: true,
  },
  {
    status: 401,
    reason: 'unauthorized',
    advice: 'check --loki.basic-auth-file or --loki.bearer-token-file',
    nothingStored: true,
  },
  {
    status: 403,
    reason: 'forbidden',
    advice: 'check the rights of what --loki.basic-auth-file or --loki.bearer-token-file gives, and --loki.tenant-id',
  },
  {
    status: 404,
    reason: 'not_found',
    advice: '--loki.url takes what stands before /loki/api/v1/push',
  },
  {
    status: 405,
    reason: 'not_found',
    advice: 'no Loki takes pushes there: --loki.url takes what stands before /loki/api/v1/push',
  },
  {
    text: /^ingestion blocked/i,
    reason: 'ingestion_blocked',
    advice: "Loki's limits_config blocks this tenant (block_ingestion_until)",
  },
  {
    status: 429,
    text: /^ingestion rate limit exceeded/i,
    reason: 'rate_limited',
    advice: RAISE_LIMITS('ingestion_rate_mb and ingestion_burst_size_mb'),
    nothingStored: true,
  },
  {
    status: 429,
    text: /per stream rate limit exceeded/i,
    reason: 'stream_rate_limited',
    advice: RAISE_LIMITS('per_stream_rate_limit and per_stream_rate_limit_burst'),
  },
  {
    status: 429,
    text: /maximum active stream limit exceeded/i,
    reason: 'stream_limit',
    advice: RAISE_LIMITS('max_global_streams_per_user'),
  },
  { status: 429, reason: 'rate_limited', advice: '' },
  {
    status: 2,
    reason: 'not_acknowledged',
    advice: 'only 204 says that a Loki stored it: check --loki.url and what stands before Loki',
  },
  { status: 5, reason: 'server_error', advice: '' },
];

/** What a push was answered; `cut`: with more than what is in `body`. */
export interface Answer {
  status: number;
  body: string;
  cut: boolean;
}

/**
 * Reads Loki's answer to a push that carried one stream: only 204 says that all of it is stored.
 * @param entries how many entries the push carried
 */
export function readPushAnswer({ status, body, cut }: Answer, entries: number): PushOutcome {
  if (status === 204) {
    return { kind: 'stored' };
  }
  const text = body.trim();
  const answer = `${status} ${text.slice(0, ANSWER_CHARACTERS)}`;
  const faults = status === 400 ? readFaults(cut ? text.slice(0, text.lastIndexOf('; ')) : text) : [];
  if (faults.length > 0) {
    return cut
      ? { kind: 'too-large', reason: 'request_too_large', answer, advice: '' } // a smaller request has a readable answer
      : faulty(faults, entries, answer);
  }
  const rule = rules.find(
    (one) =>
      (one.status === undefined || one.status === status || one.status === Math.floor(status / 100)) &&
      (one.text?.test(text) ?? true)
  );
  const advice = rule?.advice ?? `no known answer of a Loki: check --loki.url and what stands before Loki`;
  const reason = rule?.reason ?? 'unknown_answer';
  return reason === 'request_too_large'
    ? { kind: 'too-large', reason, answer, advice }
    : {
        kind: 'wait',
        reason,
        answer,
        advice,
        stored: rule?.nothingStored ? 'no' : 'maybe',
        bytesPerSecond: bytesPerSecondIn(text),
      };
}

const BYTES: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** The rate that an answer of Loki names: `(limit: 4194304 bytes/sec)`, of a stream `(limit: 3MB/sec)`. */
function bytesPerSecondIn(text: string): number | null {
  const [, amount, unit = ''] = /\(limit: (\d+(?:\.\d+)?) ?(?:([KMG])?B|bytes)\/sec\)/.exec(text) ?? [];
  return amount === undefined ? null : Number(amount) * (BYTES[unit] ?? 1);
}

/** There was no whole answer. */
export function noAnswer(error: unknown): Waits {
  const answer = errorText(error);
  const rule = (reason: WaitReason, advice: string, stored: Waits['stored']): Waits => ({
    kind: 'wait',
    reason,
    answer,
    advice,
    stored,
    bytesPerSecond: null,
  });
  if (/wrong version number|packet length too long|EPROTO/i.test(answer)) {
    return rule('no_answer', 'the port does not speak TLS: use http:// in --loki.url', 'no');
  }
  if (/certificate|self.signed/i.test(answer)) {
    return rule('no_answer', 'give the certificate to trust with --loki.tls-ca-file', 'no');
  }
  if (/answer is longer than/.test(answer)) {
    return rule('answer_too_long', 'no Loki answers so: check --loki.url and what stands before Loki', 'maybe');
  }
  // Whoever could not even be connected to has stored nothing.
  const unreached = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/.test(answer);
  return rule('no_answer', unreached ? 'check --loki.url, and whether Loki runs' : '', unreached ? 'no' : 'maybe');
}

interface Fault {
  fault: EntryFault;
  count: number;
  limit: number | null;
}

/** How the distributor counts equal errors, and puts several of them together. */
const grouped = /^(\d+) errors? like: /;
const between = /; (?=\d+ errors? like: )/;
const distributorFaults: ReadonlyArray<{ fault: EntryFault; text: RegExp; limit: (match: RegExpExecArray) => number }> =
  [
    {
      fault: 'too-old',
      text: /^entry for stream .*has timestamp too old: \S+, oldest acceptable timestamp is: (\S+)$/s,
      limit: ([, time = '']) => Date.parse(time),
    },
    { fault: 'too-new', text: /^entry for stream .*has timestamp too new: \S+$/s, limit: () => NaN },
    {
      fault: 'too-long',
      // 0 is Loki's word for no limit, which no line can exceed.
      text: /^max entry size '([1-9]\d*)' bytes exceeded for stream /i,
      limit: ([, bytes = '']) => Number(bytes),
    },
  ];
// The distributor may put the status of the ingester's error before it.
const ignored =
  /^(?:rpc error: code = \S+ desc = )?entry with timestamp .*total ignored: (\d+) out of \d+ for stream: /s;
const ignoredReason = /ignored, reason: '(.*?)'(?=,\n|,$|$)/gs;

/** The faults of entries that a 400 names; none where it says anything else, be it beside them. */
function readFaults(text: string): Fault[] {
  const behind = ignored.exec(text);
  if (behind) {
    const reasons = [...text.matchAll(ignoredReason)].map(([, reason = '']) => reason);
    return reasons.length > 0 && reasons.every((reason) => reason.startsWith('entry too far behind'))
      ? [{ fault: 'too-far-behind', count: Number(behind[1]), limit: null }]
      : [];
  }
  const faults = text.split(between).map(readFault);
  return faults.every((fault) => fault !== undefined) ? faults : [];
}

function readFault(part: string): Fault | undefined {
  const count = Number(grouped.exec(part)?.[1] ?? 1);
  const error = part.replace(grouped, '');
  for (const { fault, text, limit } of distributorFaults) {
    const match = text.exec(error);
    if (match) {
      const value = limit(match);
      return { fault, count, limit: Number.isNaN(value) ? null : value };
    }
  }
  return undefined;
}

const faultAdvice: Record<EntryFault | 'mixed', string> = {
  'too-old': RAISE_LIMITS('reject_old_samples_max_age') + ' to store lines of this age',
  'too-new': "the clock of this node, or of the program that wrote the line, is ahead of Loki's",
  'too-long': 'set --limits.max-line-size to the max_line_size of this Loki: longer lines are then cut into parts',
  'too-far-behind': '',
  mixed: '',
};

function faulty(faults: readonly Fault[], entries: number, answer: string): Faulty {
  const kinds = new Set(faults.map(({ fault }) => fault));
  const reason = kinds.size === 1 ? (faults[0]?.fault ?? 'mixed') : 'mixed';
  const count = faults.reduce((sum, fault) => sum + fault.count, 0);
  // One limit for all of them: the strictest (the later time, the shorter line) is the one to be held against.
  const limits = faults.flatMap(({ limit }) => (limit === null ? [] : [limit]));
  const limit =
    limits.length === 0 || kinds.size > 1 ? null : reason === 'too-long' ? Math.min(...limits) : Math.max(...limits);
  return {
    kind: 'faulty',
    reason,
    count: Math.min(Math.max(1, count), entries),
    limit,
    answer,
    advice: faultAdvice[reason],
  };
}
