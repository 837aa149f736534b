const LF = 10
const CR = 13

/**
 * Where the records of a CSV text end, by RFC 4180 with a chosen delimiter and quote: counts them,
 * keeps the first, and sees which line breaks end them. The engine takes the first line break of a
 * file for all of them; where a quoted cell of the header holds another kind, it loses every row
 * without a word. What this count says must therefore be what the engine reads.
 */
export class CsvRecords {
  readonly #delimiter: number
  readonly #quote: number
  #state: 'start' | 'bare' | 'quoted' | 'closed' = 'start'
  #isAfterReturn = false
  #isEmpty = true
  #first = ''
  #hasFirst = false
  #blank = 0
  #filled = 0
  readonly #breaks = new Set<'LF' | 'CR' | 'CRLF'>()

  constructor(delimiter: string, quote: string) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#quote = quote.charCodeAt(0)
  }

  /** The text of the first record, as far as it was read. */
  get first(): string {
    return this.#first
  }

  /** False where one kind of line break ends every record and none stands in the first. */
  get isIrregular(): boolean {
    return this.#breaks.size > 1 || /[\r\n]/.test(this.#first)
  }

  /** Records so far; a blank line is one only where the file has a single column. */
  count(columns: number): number {
    return this.#filled + (columns === 1 ? this.#blank : 0)
  }

  /** Reads on. Gives the same text with a line feed at the end of every record. */
  read(text: string): string {
    let regular = ''
    let from = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (this.#isAfterReturn && this.#endsReturn(code)) {
        from = at + 1
        continue
      }
      if ((code === LF || code === CR) && this.#state !== 'quoted') {
        regular += `${text.slice(from, at)}\n`
        if (!this.#hasFirst) this.#first += text.slice(from, at)
        from = at + 1
        this.#endRecord(code)
      } else this.#step(code)
    }
    if (!this.#hasFirst) this.#first += text.slice(from)
    return regular + text.slice(from)
  }

  /** Ends the last record where no line break did. */
  end(): void {
    if (this.#isAfterReturn) this.#endsReturn(0)
    if (!this.#isEmpty) this.#filled += 1
    this.#hasFirst = true
  }

  #step(code: number): void {
    this.#isEmpty = false
    if (this.#state === 'quoted') {
      if (code === this.#quote) this.#state = 'closed'
    } else if (code === this.#quote && this.#state !== 'bare') this.#state = 'quoted'
    else this.#state = code === this.#delimiter ? 'start' : 'bare'
  }

  #endRecord(code: number): void {
    if (this.#isEmpty) this.#blank += 1
    else this.#filled += 1
    this.#hasFirst = true
    this.#isEmpty = true
    this.#state = 'start'
    if (code === CR) this.#isAfterReturn = true
    else this.#breaks.add('LF')
  }

  // True where `code` is the second half of a line break.
  #endsReturn(code: number): boolean {
    this.#isAfterReturn = false
    this.#breaks.add(code === LF ? 'CRLF' : 'CR')
    return code === LF
  }
}

/** The cells of one record. */
export function cellsOf(record: string, delimiter: string, quote: string): string[] {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < record.length; at += 1) {
    const mark = record.charAt(at)
    if (isQuoted && mark === quote && record[at + 1] === quote) {
      cell += quote
      at += 1
    } else if (mark === quote && (isQuoted || cell === '')) isQuoted = !isQuoted
    else if (mark === delimiter && !isQuoted) {
      cells.push(cell)
      cell = ''
    } else cell += mark
  }
  return [...cells, cell]
}
