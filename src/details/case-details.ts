export { CaseDetails, CaseEvidence } from './CaseDetails';
export { CaseDrawer } from './CaseDrawer';
export { StatusBadge } from './StatusBadge';
