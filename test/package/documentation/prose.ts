import { blocksOf } from '../readme.ts'

/** Something in a page, and the line that it stands in, counted from 1. */
export interface Found {
  readonly text: string
  readonly line: number
}

/** What stands between backquotes outside of blocks. */
export function codeIn(page: string): Found[] {
  return matchesIn(withoutBlocks(page), /`([^`\n]+)`/g)
}

/** Where the links of a page lead, other than to other sites. Code only looks like links. */
export function linksIn(page: string): Found[] {
  const prose = withoutBlocks(page).replaceAll(/`[^`\n]+`/g, 'code')
  const links = /\]\(([^)\s]+)(?: "[^"\n]*")?\)|^\[[^\]\n]+\]: (\S+)|\b(?:href|src)="([^"\n]+)"/gm
  return matchesIn(prose, links).filter(({ text }) => !/^(?:https?|mailto):/.test(text))
}

/** The anchors of a page's headings, as GitHub and npm make them. */
export function anchorsIn(page: string): string[] {
  const anchors: string[] = []
  for (const { text } of matchesIn(withoutBlocks(page), /^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(text)
    const before = anchors.filter((each) => each.replace(/-\d+$/, '') === anchor).length
    anchors.push(before === 0 ? anchor : `${anchor}-${before}`)
  }
  return anchors
}

function anchorOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\s-]/gu, '')
    .replaceAll(' ', '-')
}

/** A page whose blocks are empty lines, so that everything else stays in its line. */
function withoutBlocks(page: string): string {
  const lines = page.split('\n')
  for (const { line, text, file } of blocksOf(page)) {
    const start = line - (file === undefined ? 1 : 2)
    const count = text.split('\n').length - 1 + (file === undefined ? 0 : 1)
    lines.fill('', start, start + count)
  }
  return lines.map((line) => (/^ *`{3,}/.test(line) ? '' : line)).join('\n')
}

function matchesIn(text: string, pattern: RegExp): Found[] {
  return [...text.matchAll(pattern)].map((match) => ({
    text: match.slice(1).find((group) => group !== undefined)!,
    line: text.slice(0, match.index).split('\n').length,
  }))
}
