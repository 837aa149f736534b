/**
 * Text from a stranger as one line on a terminal: what could start a line, move the cursor or turn
 * the writing around is spelled out.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}
