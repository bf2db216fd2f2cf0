const skipped = /\s+|\/\*.*?\*\/|\/\/[^\n]*/sy
const word = /[\w$#]+|'[^'\n]*'|"[^"\n]*"|\.{3}|=>|[{}()[\]<>.,;:?|&=*+@!`-]/y
/** The text of a template, up to what is inserted or to its end. */
const text = /(?:[^`$\\]|\\.|\$(?!\{))*(?<end>`|\$\{)/sy

/**
 * The words, strings and signs of emitted declarations, without spaces, comments and the text of
 * templates; what a template inserts stands in brackets.
 *
 * @throws Error for a sign that no declaration has
 */
export function tokensOf(declarations: string): string[] {
  const source = declarations.replace(/^#!.*/, '')
  const tokens: string[] = []
  let at = 0

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    if (found) at = pattern.lastIndex
    return found
  }

  /** Ends behind a brace that was open before, as after an insertion, or with the file. */
  function readCode(): void {
    for (let depth = 0; depth >= 0; ) {
      if (take(skipped)) continue
      if (at === source.length) return
      const [token] = take(word) ?? unreadable(source.slice(at, at + 80))
      if (token === '{') depth += 1
      if (token === '}') depth -= 1
      if (token === '`') readTemplate()
      else if (depth >= 0) tokens.push(token)
    }
  }

  function readTemplate(): void {
    while ((take(text) ?? unreadable('a template')).groups!.end !== '`') {
      tokens.push('(')
      readCode()
      tokens.push(')')
    }
  }

  readCode()
  return tokens
}

function unreadable(what: string): never {
  throw new Error(`Cannot read ${what}`)
}
