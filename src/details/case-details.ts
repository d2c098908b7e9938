export { CaseDetails, CaseEvidence } from './CaseDetails';
export { CaseDrawer } from './CaseDrawer';
export { VerdictBadge } from './VerdictBadge';
