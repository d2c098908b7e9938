import type { Ingester } from '../ingest/ingester';
import { readPush } from '../ingest/push-request';
import type { Limits } from '../common/limits';
import type { Request, Routes } from '../api/router';

export function pushRoutes(ingester: Ingester, limits: Limits): Routes {
  return { '/loki/api/v1/push': { POST: push } };

  async function push({ headers, body }: Request): Promise<undefined> {
    const header = (name: string) => [headers[name]].flat()[0];
    await ingester.push(await readPush(header('content-type'), header('content-encoding'), body, limits));
    return undefined;
  }
}
