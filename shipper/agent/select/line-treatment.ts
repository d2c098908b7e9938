import { compileRe2 } from '../../common/re2';
import type { LineRuleSettings } from '../../config/line-rules';
import type { PushEncoder } from '../../loki/push/encoder';
import type { LineTreatment } from '../entries/line-treatment';
import type { CompiledRules } from './compiled-rules';
import { TreatingDecoder } from './treating-decoder';

/** What is done to the lines of the containers that the same rules are for. */
export class ContainerLines implements LineTreatment {
  private readonly rules: CompiledRules;
  private readonly decoders = new WeakMap<PushEncoder, TreatingDecoder>();

  /** @param multiline the first of them counts */
  constructor({ drop, redact, multiline: [multiline] }: LineRuleSettings) {
    this.rules = {
      drop: drop.map(({ name, match }) => ({ name, match: compileRe2(match) })),
      redact: redact.map((rule) => ({ name: rule.name, match: compileRe2(rule.match), replacement: rule.with })),
      multiline: multiline
        ? {
            firstLine: compileRe2(multiline['first-line']),
            maxLines: multiline['max-lines'],
            maxBytes: multiline['max-size'],
          }
        : null,
    };
  }

  decoderOn(encoder: PushEncoder): TreatingDecoder {
    let decoder = this.decoders.get(encoder);
    if (!decoder) {
      decoder = new TreatingDecoder(encoder, this.rules);
      this.decoders.set(encoder, decoder);
    }
    return decoder;
  }
}
