export { CaseDetails, CaseEvidence } from './CaseDetails';
export { CaseBody } from './CaseBody';
export { StatusBadge } from './StatusBadge';
export { useDrawer } from './use-drawer';
