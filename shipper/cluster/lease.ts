import { errorText } from '../../model/error-text';
import type { Logger } from '../common/log';
import { ApiError, type ApiClient } from './api/client';
import { deadline, pause } from './api/pause';
import { fields, text, whole } from './core/fields';

/** Timing as client-go's leader election has it. */
export interface LeaseTiming {
  /** How long others leave a lease alone that is not renewed. */
  durationMs: number;
  /** How long the holder tries to renew before it steps back; shorter, so that there are never two. */
  renewDeadlineMs: number;
  retryMs: number;
}

export interface LeaseOptions {
  client: ApiClient;
  namespace: string;
  name: string;
  /** Unique among the replicas. */
  identity: string;
  logger: Logger;
  timing?: LeaseTiming;
  /** Milliseconds from any start, never set back. */
  monotonic?: () => number;
  random?: () => number;
}

const defaults: LeaseTiming = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2000 };

interface Observed {
  holder: string;
  renewed: string;
  durationMs: number;
  transitions: number;
  acquired: unknown;
  /** metadata as it came: needed to replace exactly what was seen. */
  metadata: unknown;
}

/**
 * One leader among several replicas by a `coordination.k8s.io` Lease. As in client-go, no clocks are compared: a
 * lease is dead when it was seen unchanged for its whole duration.
 */
export class LeaseElection {
  private readonly timing: LeaseTiming;
  private readonly monotonic: () => number;
  private readonly random: () => number;
  private observed: Observed | undefined;
  private observedAt = 0;
  /** Why the API server did not answer the last request for the lease as it should; null after an answer. */
  problem: string | null = 'the API server has not answered yet';

  constructor(private readonly options: LeaseOptions) {
    this.timing = options.timing ?? defaults;
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.random = options.random ?? Math.random;
  }

  /** Who holds the lease, as it was last seen. */
  get holder(): string {
    return this.observed?.holder ?? '';
  }

  /** Resolves when this replica is the leader; false when the signal was aborted before. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    let reported = '';
    while (!signal.aborted) {
      if (await this.tryInTime(signal, this.timing.renewDeadlineMs)) {
        this.options.logger.info('leading', { lease: this.path(), identity: this.options.identity });
        return true;
      }
      if (reported !== this.holder) {
        reported = this.holder;
        this.options.logger.info('standing by', { lease: this.path(), leader: this.holder });
      }
      // As client-go: up to 1.2 times longer, so that candidates do not meet again and again.
      await pause(this.timing.retryMs * (1 + this.random() * 1.2), signal);
    }
    return false;
  }

  /** Renews the lease until that failed for too long, or the signal is aborted; then this replica leads no more. */
  async hold(signal: AbortSignal): Promise<void> {
    let renewed = this.monotonic();
    while (!signal.aborted) {
      await pause(this.timing.retryMs, signal);
      if (signal.aborted) {
        return;
      }
      const latest = renewed + this.timing.renewDeadlineMs;
      if (await this.tryInTime(signal, Math.max(1, latest - this.monotonic()))) {
        renewed = this.monotonic();
      } else if (this.monotonic() >= latest || (this.holder !== this.options.identity && this.holder !== '')) {
        this.options.logger.error('leading no more: the lease was not renewed in time', {
          lease: this.path(),
          leader: this.holder,
        });
        return;
      }
    }
  }

  /** Gives the lease up, so that another replica need not wait until it is dead. */
  async release(signal: AbortSignal): Promise<void> {
    if (this.holder !== this.options.identity) {
      return;
    }
    try {
      await this.write('', 1000, signal);
    } catch (error) {
      this.options.logger.warn('could not give up the lease; another replica takes it when it is dead', {
        error: errorText(error),
      });
    }
  }

  private async tryInTime(signal: AbortSignal, ms: number): Promise<boolean> {
    const inTime = deadline(signal, ms);
    const held = await this.try(inTime.signal);
    if (!held && inTime.signal.aborted && !signal.aborted) {
      this.problem = `the API server did not answer within ${Math.round(ms / 1000)} s`;
    }
    inTime.done();
    return held;
  }

  /** Takes or renews the lease. @returns whether it is held now; errors count as no */
  private async try(signal: AbortSignal): Promise<boolean> {
    const { client, identity, logger } = this.options;
    try {
      if (this.holder !== identity) {
        this.see(await client.get(this.path(), {}, signal));
      }
      if (this.holder !== identity && this.holder !== '' && !this.isDead()) {
        return false;
      }
      await this.write(identity, this.timing.durationMs, signal);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return this.create(signal);
      }
      if (error instanceof ApiError && error.status === 409) {
        // Somebody else was faster, or wrote to it while it was held: look again.
        this.observed = undefined;
        this.problem = null;
      } else if (!signal.aborted) {
        this.problem = errorText(error);
        logger.warn(`cannot get the lease ${this.path()}: ${errorText(error)}`);
      }
      return false;
    }
  }

  private async create(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, identity, logger } = this.options;
    this.observed = undefined;
    try {
      this.see(
        await client.send(
          'POST',
          this.path(''),
          { ...kind, metadata: { name, namespace }, spec: this.spec(identity, this.timing.durationMs) },
          signal
        )
      );
      return true;
    } catch (error) {
      if (!signal.aborted && !(error instanceof ApiError && error.status === 409)) {
        this.problem = errorText(error);
        logger.warn(`cannot create the lease ${this.path()}: ${errorText(error)}`);
      }
      return false;
    }
  }

  private async write(holder: string, durationMs: number, signal: AbortSignal): Promise<void> {
    const body = { ...kind, metadata: this.observed?.metadata, spec: this.spec(holder, durationMs) };
    this.see(await this.options.client.send('PUT', this.path(), body, signal));
  }

  private spec(holder: string, durationMs: number) {
    const now = `${new Date().toISOString().slice(0, -1)}000Z`;
    const kept = this.observed?.holder === holder;
    return {
      holderIdentity: holder,
      leaseDurationSeconds: Math.max(1, Math.round(durationMs / 1000)),
      acquireTime: kept ? this.observed?.acquired : now,
      renewTime: now,
      leaseTransitions:
        (this.observed?.transitions ?? 0) + (kept || holder === '' || this.observed === undefined ? 0 : 1),
    };
  }

  private see(lease: unknown): void {
    this.problem = null;
    const { metadata, spec: specification } = fields(lease);
    const spec = fields(specification);
    const seen: Observed = {
      holder: text(spec.holderIdentity) ?? '',
      renewed: text(spec.renewTime) ?? '',
      durationMs: (whole(spec.leaseDurationSeconds) ?? this.timing.durationMs / 1000) * 1000,
      transitions: whole(spec.leaseTransitions) ?? 0,
      acquired: spec.acquireTime,
      metadata,
    };
    if (this.observed?.renewed !== seen.renewed || this.observed.holder !== seen.holder) {
      this.observedAt = this.monotonic();
    }
    this.observed = seen;
  }

  private isDead(): boolean {
    return this.observed !== undefined && this.monotonic() > this.observedAt + this.observed.durationMs;
  }

  private path(name = `/${this.options.name}`): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.options.namespace}/leases${name}`;
  }
}

const kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
