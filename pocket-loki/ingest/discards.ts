/** Why an entry was not stored: the values of the label `reason` of `loki_discarded_samples_total`. */
export type DiscardReason =
  | 'missing_labels'
  | 'invalid_labels'
  | 'max_label_names_per_series'
  | 'label_name_too_long'
  | 'label_value_too_long'
  | 'duplicate_label_names'
  | 'greater_than_max_sample_age'
  | 'too_far_in_future'
  | 'line_too_long'
  | 'structured_metadata_too_large'
  | 'structured_metadata_too_many'
  | 'too_far_behind'
  | 'stream_limit'
  | 'rate_limited'
  | 'per_stream_rate_limit';

/** Entries, or a whole stream, that a push brought and that were refused. */
export class Discard {
  constructor(
    readonly reason: DiscardReason,
    readonly message: string
  ) {}
}
