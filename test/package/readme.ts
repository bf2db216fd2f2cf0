import { readFileSync } from 'node:fs'
import { root } from './manifest.ts'

/** A fenced block of the README. */
export interface Block {
  readonly language: string
  readonly text: string
  /** The file that it shows, where its first line names one: `// examples/…`. */
  readonly file: string | undefined
}

export const readme: string = readFileSync(root('README.md'), 'utf8')

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^(`{3,})(\S*)[^\n]*\n(.*?)^\1$/gms)].map(([, , language, text]) => {
    const [, file, rest] = /^\/\/ (examples\/\S+)\n(.*)$/s.exec(text!) ?? []
    return { language: language!, text: rest ?? text!, file }
  })
}
