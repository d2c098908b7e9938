import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { Refusal } from './status';

const leaseSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), resourceVersion: z.string().optional() }),
  spec: z.looseObject({}).optional(),
});
type Lease = z.infer<typeof leaseSchema>;

/** `coordination.k8s.io/v1` Leases, kept in memory: what a leader election needs of them. */
export class Leases {
  private readonly leases = new Map<string, Lease>();
  private version = 0;

  /** @throws Refusal where there is none */
  get(namespace: string, name: string): Lease {
    const lease = this.leases.get(`${namespace}/${name}`);
    if (!lease) {
      throw new Refusal(404, 'NotFound', `leases.coordination.k8s.io "${name}" not found`);
    }
    return lease;
  }

  /** @throws Refusal where it is there already, or the body is no Lease */
  create(namespace: string, body: unknown): Lease {
    const lease = parse(body);
    if (this.leases.has(`${namespace}/${lease.metadata.name}`)) {
      throw new Refusal(409, 'AlreadyExists', `leases.coordination.k8s.io "${lease.metadata.name}" already exists`);
    }
    return this.store(namespace, { ...lease, metadata: { ...lease.metadata, uid: randomUUID() } });
  }

  /** @throws Refusal where somebody else changed it since it was read */
  update(namespace: string, name: string, body: unknown): Lease {
    const lease = parse(body);
    const { metadata } = this.get(namespace, name);
    const { resourceVersion } = lease.metadata;
    if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
      const why = 'the object has been modified; please apply your changes to the latest version and try again';
      throw new Refusal(
        409,
        'Conflict',
        `Operation cannot be fulfilled on leases.coordination.k8s.io "${name}": ${why}`
      );
    }
    return this.store(namespace, { ...lease, metadata: { ...lease.metadata, name, uid: metadata.uid } });
  }

  private store(namespace: string, lease: Lease): Lease {
    const metadata = { ...lease.metadata, namespace, resourceVersion: String(++this.version) };
    const stored = { ...lease, metadata, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    this.leases.set(`${namespace}/${metadata.name}`, stored);
    return stored;
  }
}

function parse(body: unknown): Lease {
  const parsed = leaseSchema.safeParse(body);
  if (!parsed.success) {
    throw new Refusal(422, 'Invalid', `Lease is invalid: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}
