import type { Registry } from 'prom-client';
import { type Routes, TextAnswer } from './router';

/** `ready`, `metrics` and what asks for the server's version. */
export function statusRoutes(registry: Registry): Routes {
  return {
    '/ready': { GET: () => new TextAnswer(200, 'ready\n') },
    '/metrics': { GET: async () => new TextAnswer(200, await registry.metrics(), registry.contentType) },
    '/loki/api/v1/status/buildinfo': { GET: () => buildInfo },
  };
}

/** Clients choose their queries by the version: this is the Loki that the store's answers are those of. */
export const lokiVersion = '3.7.6';

const buildInfo = {
  version: lokiVersion,
  revision: 'afterlog-store',
  branch: '',
  buildUser: '',
  buildDate: '',
  goVersion: '',
};
