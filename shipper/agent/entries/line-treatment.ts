import type { PushEncoder } from '../../loki/push/encoder';
import type { Decoder } from './decoder';

/** What the configuration does to lines before they are sent: some are dropped, changed, or joined. */
export interface LineTreatment {
  /** The decoder that does it. */
  decoderOn(encoder: PushEncoder): Decoder;
}
