export {
  type Asked,
  ASKED_NOTHING,
  fleetNodes,
  type FleetNodes,
  type FleetNumbers,
  fleetQueries,
  rollupQuery,
} from './fleet';
