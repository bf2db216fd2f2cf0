import { describe, expect, it } from 'vitest'
import { html, raw } from '../../../src/lib/ground/html.ts'
import {
  contentSecurityPolicy,
  htmlDocument,
  policyHash,
} from '../../../src/lib/ground/html-document.ts'

const styleHash = 'sha256-a='
const content = { title: 'A & B', style: raw('p > b {}'), body: html`<p>${'<'}</p>` }

describe('htmlDocument', () => {
  it('is a page with its style sheet in it', () => {
    expect(htmlDocument(content).markup).toBe(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A &amp; B</title>
<style>p > b {}</style>
</head>
<body>
<p>&lt;</p>
</body>
</html>
`)
  })

  it('has its own language, metas and links', () => {
    const { markup } = htmlDocument({
      ...content,
      lang: 'pt-BR',
      metas: html`<meta name="color-scheme" content="dark">`,
      links: html`<link rel="icon" href="data:,">`,
    })
    expect(markup).toContain('<html lang="pt-BR">\n')
    expect(markup).toContain(`
<meta name="color-scheme" content="dark">
<title>A &amp; B</title>
<link rel="icon" href="data:,">
<style>`)
  })
})

describe('contentSecurityPolicy', () => {
  it('lets through the style sheet and nothing else', () => {
    expect(contentSecurityPolicy({ styleHash })).toBe(
      "default-src 'none'; style-src 'sha256-a='; base-uri 'none'; frame-ancestors 'none'",
    )
  })

  it('lets through what it is told besides', () => {
    const policy = contentSecurityPolicy({
      styleHash,
      scriptHash: 'sha256-b=',
      images: 'data:',
      frameOrigin: 'https://one.example',
      embeddedBy: ['https://two.example', 'https://three.example'],
    })
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'sha256-a='",
      "script-src 'sha256-b='",
      'img-src data:',
      'frame-src https://one.example',
      "base-uri 'none'",
      'frame-ancestors https://two.example https://three.example',
    ])
  })
})

/** @see https://www.w3.org/TR/CSP2/#script-src-hash-usage */
it('policyHash gives the hash of the example in the specification', () => {
  expect(policyHash("alert('Hello, world.');")).toBe(
    'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=',
  )
})
