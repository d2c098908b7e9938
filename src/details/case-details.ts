export { CaseDetails, CaseEvidence } from './CaseDetails';
export { CaseBody, CaseDrawer } from './CaseDrawer';
export { StatusBadge } from './StatusBadge';
export { useDrawer } from './use-drawer';
