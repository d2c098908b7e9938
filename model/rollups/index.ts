export {
  type Asked,
  ASKED_NOTHING,
  fleetNodes,
  type FleetNodes,
  type FleetNumbers,
  fleetQueries,
  periodFor,
  rollupQuery,
} from './fleet';
