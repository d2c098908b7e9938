import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod';
import { errorText } from '../../../model/error-text';
import { badRequest, RequestError } from '../../../pocket-loki/common/request-error';

const pluginJson = z.looseObject({ id: z.string(), type: z.string(), name: z.string(), info: z.looseObject({}) });
const settings = z.object({
  enabled: z.boolean().default(true),
  pinned: z.boolean().default(true),
  jsonData: z.record(z.string(), z.unknown()).default({}),
});
/** Far more than the app's settings have. */
const MAX_SETTINGS_LENGTH = 1_000_000;

type Settings = z.infer<typeof settings>;

/** What Grafana keeps of an app: its plugin.json, and its settings, which last here as long as the process. */
export class PluginSettings {
  private settings: Settings;

  /**
   * @param dist where the built app lies
   * @param jsonData as it would be provisioned
   */
  constructor(
    private readonly dist: string,
    jsonData: Record<string, unknown>
  ) {
    this.settings = { enabled: true, pinned: true, jsonData };
  }

  /** Grafana's answer to GET /api/plugins/:id/settings. @throws where dist/ has no plugin.json, or a broken one */
  async read(): Promise<Record<string, unknown>> {
    const text = await readFile(join(this.dist, 'plugin.json'), 'utf8');
    const plugin = pluginJson.parse(JSON.parse(text));
    const baseUrl = `public/plugins/${plugin.id}`;
    return { ...plugin, ...this.settings, module: `${baseUrl}/module.js`, baseUrl, defaultNavUrl: '' };
  }

  /** Takes the body of POST /api/plugins/:id/settings. @throws RequestError 400, 413 */
  async save(request: IncomingMessage): Promise<void> {
    let body = '';
    for await (const chunk of request) {
      body += String(chunk);
      if (body.length > MAX_SETTINGS_LENGTH) {
        throw new RequestError(413, `settings of more than ${MAX_SETTINGS_LENGTH} characters are refused`);
      }
    }
    try {
      this.settings = settings.parse(JSON.parse(body));
    } catch (error) {
      throw badRequest(`invalid settings: ${errorText(error)}`);
    }
  }
}
