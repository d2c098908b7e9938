import { Counter, Gauge, type Registry } from 'prom-client';
import type { AgentCensus } from './agent-census';
import type { CaseLeader } from './case-leader';
import type { CaseNotifier } from './case-notifier';

/** What /metrics reads from; undefined while another replica leads. */
export interface CaseParts {
  leader: () => CaseLeader | undefined;
  census: () => AgentCensus | undefined;
  notifier: () => CaseNotifier | undefined;
  /** The cluster's time, seconds since 1970. */
  seconds: () => number;
}

/** The metrics of lost-log cases and of agents, read from their parts when somebody asks. */
export function addCaseMetrics(registry: Registry, { leader, census, notifier, seconds }: CaseParts): void {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[], read: (one: Counter) => void) =>
    new Counter({
      ...{ name, help, labelNames, registers },
      collect() {
        this.reset();
        read(this);
      },
    });
  const gauge = (name: string, help: string, labelNames: string[], read: (one: Gauge) => void) =>
    new Gauge({
      ...{ name, help, labelNames, registers },
      collect() {
        this.reset();
        read(this);
      },
    });
  counter(
    'afterlog_watch_cases_total',
    'Lost-log cases written, by cause, confidence and status; a case that is amended counts once more as it is then',
    ['cause', 'confidence', 'status'],
    (one) => leader()?.statistics.written.forEach(({ labels, count }) => one.inc(labels, count))
  );
  counter('afterlog_watch_cases_amended_total', 'Lost-log cases that later records changed', [], (one) =>
    one.inc(leader()?.statistics.amended ?? 0)
  );
  counter('afterlog_watch_cases_failures_total', 'Rounds of working cases out that failed', [], (one) =>
    one.inc(leader()?.statistics.failures ?? 0)
  );
  gauge('afterlog_watch_cases_round_seconds', 'How long the last round of working cases out took', [], (one) => {
    const working = leader();
    if (working !== undefined) {
      one.set(working.statistics.roundSeconds);
    }
  });
  gauge('afterlog_watch_cases_delay_seconds', 'Age of the newest moment whose cases are worked out', [], (one) => {
    const until = leader()?.coverage()?.to;
    if (until !== undefined) {
      one.set(seconds() - Date.parse(until) / 1000);
    }
  });
  counter(
    'afterlog_watch_notices_total',
    'Lost-log cases reported as Events, as annotations or to the webhook, by outcome',
    ['way', 'outcome'],
    (one) => {
      for (const [way, counts] of Object.entries(notifier()?.counts ?? {})) {
        Object.entries(counts).forEach(([outcome, count]) => one.inc({ way, outcome }, count));
      }
    }
  );
  gauge(
    'afterlog_watch_agents',
    'Nodes whose agent wrote a heartbeat within 15 minutes (reporting), and the others (silent)',
    ['state'],
    (one) => {
      const counted = census();
      if (counted?.isCounted === true) {
        one.set({ state: 'reporting' }, counted.reporting);
        one.set({ state: 'silent' }, counted.silent.length);
      }
    }
  );
}
