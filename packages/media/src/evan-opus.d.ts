/** The addon alone: the package's own entry falls back to a WebAssembly of its own by itself. */
declare module '@evan/opus/node/index.js' {
  class Encoder {
    constructor(options: {
      channels: 1 | 2;
      sample_rate: number;
      application: 'voip' | 'audio' | 'restricted_lowdelay';
    });
    /** `opus_encoder_ctl` of an integer; the result or value. @throws for what libopus refuses */
    ctl(request: number, value?: number): number;
    /** A packet of its own memory. @throws for a frame of another length */
    encode(samples: Int16Array): Uint8Array;
  }
  const addon: { Encoder: typeof Encoder };
  export default addon;
}
