import type { CapacityPart, SectionName } from '../../../model/capacity';

/** Sections that rest on disks alone. */
const OF_DISKS: ReadonlySet<SectionName> = new Set(['headroom', 'fillRate', 'filling', 'families']);
/** Sections that compare with the period before. */
const WITH_BEFORE: ReadonlySet<SectionName> = new Set(['comparison']);

/** Whether a section is true while something is still missing. */
export function isKnown(name: SectionName, missing: CapacityPart['missing']): boolean {
  switch (missing) {
    case 'counts':
      return OF_DISKS.has(name);
    case 'before':
      return !WITH_BEFORE.has(name);
    default:
      return true;
  }
}
