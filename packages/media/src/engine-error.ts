/** Why a media engine refused or failed. */
export type MediaEngineErrorCode =
  | 'bridge-unknown'
  | 'bridge-exists'
  | 'too-many-bridges'
  | 'rtp-ports-exhausted'
  | 'rtp-address-unusable'
  | 'offer-unusable'
  | 'dtmf-unavailable'
  | 'invalid-argument'
  | 'timeout'
  | 'engine-lost'
  | 'engine-closed'
  | 'internal';

/** The error every promise of the media-engine port rejects with. */
export class MediaEngineError extends Error {
  readonly code: MediaEngineErrorCode;

  constructor(code: MediaEngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MediaEngineError';
    this.code = code;
  }
}
