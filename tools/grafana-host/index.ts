export { type Host, type HostOptions, startHost } from './server/start-host';
