export type Encoding = 'br' | 'gzip' | 'identity';

/** One file in one encoding, ready to be sent. */
export interface WebFile {
  body: Uint8Array<ArrayBuffer>;
  encoding: Encoding;
  contentType: string;
  cacheControl: string;
  etag: string;
}

/** The built files of one web app. */
export interface WebFiles {
  /** @param name path below the root, with `/`; undefined when there is no such file */
  find(name: string, encodings: readonly Encoding[]): Promise<WebFile | undefined>;
}
