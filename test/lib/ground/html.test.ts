import { describe, expect, it } from 'vitest'
import { html, raw } from '../../../src/lib/ground/html.ts'

describe('html', () => {
  it('escapes every character that could end a text or an attribute', () => {
    expect(html`<p title="${`&<>"'`}">`.markup).toBe('<p title="&amp;&lt;&gt;&quot;&#39;">')
  })

  it('leaves a script from outside without effect', () => {
    expect(html`<p>${'<script>alert(1)</script>'}</p>`.markup).toBe(
      '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>',
    )
  })

  it('escapes what only looks like its own markup', () => {
    expect(html`${JSON.parse('"<b>"')}`.markup).toBe('&lt;b&gt;')
  })

  it('escapes once, however deep templates are nested', () => {
    const item = html`<li>${'a & b'}</li>`
    expect(html`<ul>${[item, item]}</ul>`.markup).toBe(
      '<ul><li>a &amp; b</li><li>a &amp; b</li></ul>',
    )
  })

  it('escapes every entry of a list', () => {
    expect(html`${['<', ['>', 1]]}`.markup).toBe('&lt;&gt;1')
  })

  it('leaves nothing for undefined and false, and 0 for zero', () => {
    expect(html`[${undefined}${false}${0}]`.markup).toBe('[0]')
  })

  it('shows its markup as a text', () => {
    expect(`${html`<br>`}`).toBe('<br>')
  })
})

describe('raw', () => {
  it('keeps markup of our own as it is', () => {
    expect(html`<style>${raw('a > b {}')}</style>`.markup).toBe('<style>a > b {}</style>')
  })
})
