import { readFileSync } from 'node:fs'
import { root } from './manifest.ts'

/** A fenced block of a page. */
export interface Block {
  readonly language: string
  /** What stands between the fences, without the line that names a file. */
  readonly text: string
  /** The file that it shows, where its first line names one: `// examples/…`. */
  readonly file: string | undefined
  /** Where in the page its text begins, counted from 1. */
  readonly line: number
}

export const readme: string = readFileSync(root('README.md'), 'utf8')

/** The page of a topic, e.g. `reference`. */
export function guideTo(topic: string): string {
  return readFileSync(root(`examples/${topic}/README.md`), 'utf8')
}

/** The files that a page links to, relative to it. Code may have brackets that look like a link. */
export function linkedFiles(page: string): string[] {
  const text = page.replaceAll(/^(`{3,}).*?^\1$/gms, '')
  const links = text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)
  return [...links].map(([, target]) => target!)
}

/**
 * The fenced blocks of a page, in order.
 *
 * @throws Error for a block without an end, which would hide the blocks after it
 */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let open: { indent: string; fence: string; language: string; line: number } | undefined
  const lines = page.split('\n')
  for (const [at, line] of lines.entries()) {
    const [, indent = '', fence, language = ''] = /^( *)(`{3,})(\S*)/.exec(line) ?? []
    if (open) {
      if (line.trim() !== open.fence) continue
      const inside = lines.slice(open.line, at).map((each) => withoutIndent(each, open!.indent))
      blocks.push(blockOf(open.language, inside, open.line + 1))
      open = undefined
    } else if (fence) {
      open = { indent, fence, language, line: at + 1 }
    }
  }
  if (open) throw new Error(`The block that begins in line ${open.line} has no end`)
  return blocks
}

/** A first line that names a file, in the comment of any language. */
const naming = /^(?:\/\/|#|<!--|\/\*) ((?:examples|src|test)\/\S+)/

function blockOf(language: string, lines: readonly string[], line: number): Block {
  const file = naming.exec(lines[0] ?? '')?.[1]
  const text = (file === undefined ? lines : lines.slice(1)).map((each) => `${each}\n`).join('')
  return { language, text, file, line: file === undefined ? line : line + 1 }
}

function withoutIndent(line: string, indent: string): string {
  return line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()
}
