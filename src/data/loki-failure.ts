/** Why Loki, or the way to it, gave no answer. */
export class LokiFailure extends Error {}
