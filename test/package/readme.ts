import { readFileSync } from 'node:fs'
import { root } from './manifest.ts'

/** A fenced block of a page. */
export interface Block {
  readonly language: string
  readonly text: string
  /** The file that it shows, where its first line names one: `// examples/…`. */
  readonly file: string | undefined
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

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^(`{3,})(\S*)[^\n]*\n(.*?)^\1$/gms)].map(([, , language, text]) => {
    const [, file, rest] = /^\/\/ (examples\/\S+)\n(.*)$/s.exec(text!) ?? []
    return { language: language!, text: rest ?? text!, file }
  })
}
