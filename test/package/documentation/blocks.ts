import { existsSync, readFileSync } from 'node:fs'
import { root } from '../manifest.ts'
import { type Block, blocksOf } from '../readme.ts'
import type { Page } from './pages.ts'

/** The languages of blocks. Each of them has a rule, apart from `text`: what a program prints. */
const languages = [
  ...['js', 'mjs', 'ts', 'sh', 'bash', 'console', 'json', 'text'],
  ...['ini', 'env', 'nginx', 'html', 'css', 'yaml', 'dockerfile'],
]

/** What the blocks of a page show otherwise than it is, as `page:line: …`. */
export function brokenBlocks({ path, text }: Page): string[] {
  return blocksOf(text).flatMap((block) => {
    const problem = problemOf(block)
    return problem === undefined ? [] : `${path}:${block.line}: ${problem}`
  })
}

function problemOf({ language, text, file }: Block): string | undefined {
  if (!languages.includes(language)) return `there is no rule for blocks of \`${language}\``
  if (file !== undefined) return isShown(text, file) ? undefined : `${file} has another text`
  return language === 'json' && !isJson(text) ? 'this is not JSON' : undefined
}

/** An example is shown as a whole; of what is not one, some lines are shown, wherever they stand. */
function isShown(text: string, file: string): boolean {
  if (!existsSync(root(file))) return false
  const source = readFileSync(root(file), 'utf8')
  if (file.startsWith('examples/')) return text === source
  return unindented(source).includes(unindented(text))
}

function unindented(text: string): string {
  return text.replaceAll(/^ +/gm, '')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
