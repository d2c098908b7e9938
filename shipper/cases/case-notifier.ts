import type { CaseEntry } from '../../model/case-records';
import { errorText } from '../../model/error-text';
import type { ApiClient } from '../cluster/api/client';
import { pause } from '../cluster/api/pause';
import { HttpClient } from '../common/http-client';
import type { Logger } from '../common/log';
import { annotationPatch, type CaseNotice, eventOf, noticesOf, webhookBody } from './case-notices';

export interface CaseNotifierOptions {
  client: ApiClient;
  logger: Logger;
  identity: string;
  /** The cluster's time, nanoseconds since 1970. */
  now: () => bigint;
  /** Write Events. */
  events: boolean;
  /** Annotate with this text. */
  annotation: string | undefined;
  /** Where lost and partial logs are sent to. */
  webhookUrl: string | undefined;
  /** For links. */
  grafanaUrl: string | undefined;
  /** The UID of a Job that is there. */
  jobUid: (namespace: string, name: string) => string | undefined;
  /** The pod is there. */
  hasPod: (uid: string) => boolean;
  /** Between two tries of a webhook, milliseconds. */
  retryMs?: number;
}

/** What /metrics tells: notices by way and outcome. */
export type NoticeCounts = Record<
  'event' | 'annotation' | 'webhook',
  { sent: number; failed: number; skipped: number }
>;

/** What was removed longer ago is no news. */
const NEWS_NS = 3_600_000_000_000n;
/** Events and annotations are a courtesy: a node's worth of them at once is enough for the API server. */
const MOST_AT_ONCE = 100;
/** Rounds that wait while a webhook does not answer. */
const MOST_WAITING = 20;
const TRIES = 5;
const RETRY_MS = 5000;
const TIMEOUT_MS = 10_000;

/**
 * Reports lost-log cases where people look without asking Loki: an Event or an annotation on the Job, an alert to a webhook. The case
 * records are what counts: what cannot be reported here is logged, counted, and left.
 */
export class CaseNotifier {
  readonly counts: NoticeCounts = {
    event: { sent: 0, failed: 0, skipped: 0 },
    annotation: { sent: 0, failed: 0, skipped: 0 },
    webhook: { sent: 0, failed: 0, skipped: 0 },
  };
  private readonly webhook: { http: HttpClient; path: string } | undefined;
  private readonly waiting: CaseNotice[][] = [];
  private wake: () => void = () => undefined;

  constructor(private readonly options: CaseNotifierOptions) {
    if (options.webhookUrl !== undefined) {
      const url = new URL(options.webhookUrl);
      this.webhook = { http: new HttpClient(url.origin, {}), path: `${url.pathname}${url.search}` };
    }
  }

  /** Takes over what the leader has written; never waits. */
  take(changes: readonly CaseEntry[]): void {
    const notices = noticesOf(changes, this.options.now() - NEWS_NS);
    if (notices.length === 0) {
      return;
    }
    if (this.waiting.length >= MOST_WAITING) {
      this.counts.webhook.skipped += this.waiting.shift()?.length ?? 0;
      this.options.logger.warn('too many lost-log cases wait for the webhook: the oldest are not reported to it');
    }
    this.waiting.push(notices);
    this.wake();
  }

  /** Sends what comes until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.wake(), { once: true });
    while (!signal.aborted) {
      const notices = this.waiting.shift();
      if (notices === undefined) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      await this.writeEvents(notices, signal);
      await this.annotate(notices, signal);
      await this.callWebhook(notices, signal);
    }
    this.webhook?.http.close();
  }

  private async writeEvents(notices: readonly CaseNotice[], signal: AbortSignal): Promise<void> {
    const { events, client, identity, grafanaUrl, now } = this.options;
    if (events) {
      await this.tellApiServer('event', 'create Events', notices, signal, async (notice, uid) => {
        const body = eventOf(notice, { uid, identity, grafanaUrl, now: now() });
        await client.send('POST', `/api/v1/namespaces/${encodeURIComponent(notice.namespace)}/events`, body, signal);
      });
    }
  }

  private async annotate(notices: readonly CaseNotice[], signal: AbortSignal): Promise<void> {
    const { annotation: template, client, grafanaUrl } = this.options;
    if (template !== undefined) {
      await this.tellApiServer('annotation', 'patch Jobs and pods', notices, signal, async (notice, uid) => {
        const { namespace, kind, name } = notice;
        const [group, resource] = kind === 'Job' ? ['apis/batch/v1', 'jobs'] : ['api/v1', 'pods'];
        const path = `/${group}/namespaces/${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(name)}`;
        await client.send('PATCH', path, annotationPatch(notice, { uid, template, grafanaUrl }), signal);
      });
    }
  }

  /** @param right what the watch must be allowed to do for it */
  private async tellApiServer(
    way: 'event' | 'annotation',
    right: string,
    notices: readonly CaseNotice[],
    signal: AbortSignal,
    write: (notice: CaseNotice, uid: string) => Promise<void>
  ): Promise<void> {
    const counts = this.counts[way];
    let written = 0;
    for (const notice of notices) {
      const uid = this.uidOf(notice);
      if (uid === undefined || written >= MOST_AT_ONCE || signal.aborted) {
        counts.skipped++;
        continue;
      }
      try {
        await write(notice, uid);
        counts.sent++;
        written++;
      } catch (error) {
        counts.failed++;
        this.options.logger.warn(`an ${way} on a Job could not be written; the watch needs the right to ${right}`, {
          ...{ namespace: notice.namespace, [notice.kind.toLowerCase()]: notice.name, error: errorText(error) },
        });
      }
    }
  }

  /** Of what a notice is about; undefined where it is gone, and nobody would see it. */
  private uidOf({ kind, namespace, name, podUid }: CaseNotice): string | undefined {
    const { jobUid, hasPod } = this.options;
    return kind === 'Job' ? jobUid(namespace, name) : hasPod(podUid) ? podUid : undefined;
  }

  private async callWebhook(notices: readonly CaseNotice[], signal: AbortSignal): Promise<void> {
    const { logger, grafanaUrl, retryMs = RETRY_MS } = this.options;
    const body = webhookBody(notices, grafanaUrl);
    if (this.webhook === undefined || body === undefined) {
      return;
    }
    const { http, path } = this.webhook;
    let problem = '';
    for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
      try {
        const headers = { 'content-type': 'application/json' };
        const content = JSON.stringify(body);
        const request = { method: 'POST', path, headers, body: content, signal, timeoutMs: TIMEOUT_MS, headBytes: 200 };
        const answer = await http.exchange(request);
        if (answer.status >= 200 && answer.status < 300) {
          this.counts.webhook.sent++;
          return;
        }
        problem = `${answer.status} ${answer.body.slice(0, 200)}`.trim();
        if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
          break; // It would be refused again.
        }
      } catch (error) {
        problem = errorText(error);
      }
      await pause(retryMs, signal);
    }
    this.counts.webhook.failed++;
    logger.warn('lost-log cases could not be reported to the webhook; their case records are in Loki', { problem });
  }
}
