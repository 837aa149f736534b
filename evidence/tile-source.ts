/** A log as its readers see it: what C2SP tlog-tiles serves, whatever serves it. */
export interface TileSource {
  /** The newest signed checkpoint, a note. */
  checkpoint(): Promise<string>
  /** Hashes of one tile, at least as many as the checkpoint's size needs. */
  tile(level: number, index: number): Promise<Uint8Array>
  /** Entries of one bundle, at least as many as the checkpoint's size needs. */
  bundle(index: number): Promise<readonly Uint8Array[]>
}
