/** The databases of a space, on the embedded server or on the operator's own. */
export interface Databases extends AsyncDisposable {
  /** The URL of a party's own database, role and random password; the same at every call. */
  readonly urlFor: (did: string) => Promise<string>
  /** A database for one holder's rows, with an owner and a role that only reads. */
  readonly rowsFor: (holder: string) => Promise<{ readonly owner: string; readonly reader: string }>
}
