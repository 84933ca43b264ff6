/** Why a file cannot be had from one place. Never leaves the download: the last error names all places with their reasons. */
export class DownloadFailure extends Error {
  override readonly name: string = 'DownloadFailure';
  /** Whether the same place may do better in a moment. */
  readonly passing: boolean;

  constructor(reason: string, { passing }: { readonly passing: boolean }) {
    super(reason);
    this.passing = passing;
  }
}
