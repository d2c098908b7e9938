import { type Finding, type FindingInput } from './finding';
import { kubeletFindings, rotationFindings } from './kubelet';
import { workloadFindings } from './workloads';

export { type FamilyRecords, familyText, type Finding, type FindingInput, type NodeFacts } from './finding';
export { familiesToRead, type FamilyToRead } from './workloads';

/** The findings that the records support, those of most nodes first. */
export function findingsOf(input: FindingInput): Finding[] {
  const { nodes, cases, records } = input;
  const found = [
    ...nodes.flatMap(kubeletFindings),
    ...rotationFindings(nodes, cases, records.containers),
    ...workloadFindings(input),
  ];
  return joined(found).sort((a, b) => b.nodes.length - a.nodes.length);
}

/** What is the same for several nodes is one finding. */
function joined(findings: readonly Finding[]): Finding[] {
  const all = new Map<string, Finding>();
  for (const finding of findings) {
    const { nodes, ...rest } = finding;
    const key = JSON.stringify(rest);
    const known = all.get(key);
    all.set(key, known === undefined ? finding : { ...known, nodes: [...known.nodes, ...nodes] });
  }
  return [...all.values()];
}
