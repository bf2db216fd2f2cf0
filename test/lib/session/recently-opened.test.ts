import { describe, expect, it } from 'vitest'
import { recentlyOpened } from '../../../src/lib/session/recently-opened.ts'

/** What stands for the tag: the last 22 characters. */
const tag = 'abcdefghijklmnopqrstuv'

describe('recentlyOpened', () => {
  it('opens a value once and answers the same object from then on', () => {
    const { open, opened } = counted()
    const first = open(`good 1 ${tag}`)
    expect(first).toBeDefined()
    expect(open(`good 1 ${tag}`)).toBe(first)
    expect(opened()).toBe(1)
  })

  it('believes nothing of another value with the same tag', () => {
    const { open } = counted()
    const good = open(`good 1 ${tag}`)
    expect(open(`evil 1 ${tag}`)).toBeUndefined()
    expect(open(`good 1${tag}`)).not.toBe(good)
    expect(open(tag)).toBeUndefined()
  })

  it('refuses a value that was refused without opening it again', () => {
    const { open, opened } = counted()
    expect(open(`evil ${tag}`)).toBeUndefined()
    expect(open(`evil ${tag}`)).toBeUndefined()
    expect(opened()).toBe(1)
  })

  it('is not moved by refusals, however many', () => {
    const { open, opened } = counted()
    open(`good ${tag}`)
    for (let index = 0; index < 10_000; index += 1) open(`evil ${numbered(index)}`)
    const before = opened()
    open(`good ${tag}`)
    expect(opened()).toBe(before)
  })

  it('forgets values that were not seen for two generations', () => {
    const { open, opened } = counted()
    open(`good ${tag}`)
    for (let index = 0; index < 5000; index += 1) open(`good ${numbered(index)}`)
    const before = opened()
    open(`good ${tag}`)
    expect(opened()).toBe(before + 1)
  })

  it('keeps a value that is seen now and then', () => {
    const { open, opened } = counted()
    for (let index = 0; index < 10_000; index += 1) {
      open(`good ${numbered(index)}`)
      if (index % 1000 === 0) open(`good ${tag}`)
    }
    expect(opened()).toBe(10_001)
  })
})

function numbered(index: number): string {
  return String(index).padStart(22, '0')
}

/** Opens what begins with "good", and counts how often it was asked to. */
function counted() {
  let count = 0
  const open = recentlyOpened((sealed) => {
    count += 1
    return sealed.startsWith('good') ? { sealed } : undefined
  })
  return { open, opened: () => count }
}
