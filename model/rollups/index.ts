export {
  type Asked,
  ASKED_NOTHING,
  chooseNodes,
  fleetNodes,
  type FleetNodes,
  type FleetNumbers,
  fleetQueries,
  rollupQuery,
} from './fleet';
