export { CaseDetails } from './CaseDetails';
export { CaseDrawer } from './CaseDrawer';
export { VerdictBadge } from './VerdictBadge';
