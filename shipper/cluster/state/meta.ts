import type { Owner } from '../../../model/records';
import { fields, flag, list, seconds, type SharedTexts, shortText, text, whole } from '../core/fields';

/** What every API object has, as far as it is needed. Times are seconds since 1970. */
export interface Meta {
  uid: string;
  /** Empty for objects of the cluster. */
  namespace: string;
  name: string;
  created: number | null;
  /** When its deletion was asked for; null while nobody did. */
  deletionRequested: number | null;
  /** Grace period of the deletion. */
  deletionGrace: number | null;
  /** The controlling owner. */
  owner: Owner | null;
}

/** Kubernetes allows 253 characters for a name, 63 for a namespace, 36 for a UID of its own. */
const MAX_NAME = 253;

/** @returns undefined for what is no API object: without name or uid nothing can be said about it */
export function metaOf(object: unknown, shared: SharedTexts): Meta | undefined {
  const meta = fields(fields(object).metadata);
  const uid = text(meta.uid);
  const name = text(meta.name);
  if (uid === null || name === null || uid.length > MAX_NAME || name.length > MAX_NAME) {
    return undefined;
  }
  const deletion = seconds(meta.deletionTimestamp);
  const grace = whole(meta.deletionGracePeriodSeconds);
  return {
    uid,
    namespace: shared.of(shortText(meta.namespace, MAX_NAME) ?? ''),
    name,
    created: seconds(meta.creationTimestamp),
    deletionRequested: deletion === null ? null : deletion - (grace ?? 0),
    deletionGrace: grace,
    owner: ownerOf(meta.ownerReferences, shared),
  };
}

function ownerOf(references: unknown, shared: SharedTexts): Owner | null {
  for (const reference of list(references)) {
    const { controller, kind, name, uid } = fields(reference);
    const known = { kind: text(kind), name: text(name), uid: text(uid) };
    if (flag(controller) && known.kind !== null && known.name !== null && known.uid !== null) {
      return { kind: shared.of(known.kind), name: shared.of(known.name), uid: shared.of(known.uid) };
    }
  }
  return null;
}
