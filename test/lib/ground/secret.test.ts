import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/lib/ground/secret.ts'

const value = 'live_9f2c4e7a'
const secret = new Secret(value)

describe('a Secret', () => {
  it('gives its value to whoever asks for it', () => {
    expect(secret.reveal()).toBe(value)
  })

  it('derives other keys with a half than without, and other ones with each half', () => {
    const halves = [undefined, '', 'AAAA', 'AAAB']
    const keys = halves.map((half) => secret.derive('key', 32, half).toString('hex'))
    expect(new Set(keys).size).toBe(halves.length)
    expect(secret.derive('key', 32, 'AAAA').toString('hex')).toBe(keys[2])
  })

  it.each([
    ['a template', `${secret}`],
    ['concatenation', `secret: ${String(secret)}`],
    ['JSON', JSON.stringify({ secret, list: [secret] })],
    ['util.inspect', inspect(secret)],
    [
      'util.inspect with everything shown',
      inspect({ deep: [secret] }, { showHidden: true, depth: 9 }),
    ],
    ['an error message', new Error(`refused ${secret}`).message],
    [
      'an inspected error that carries it',
      inspect(Object.assign(new Error('refused'), { secret })),
    ],
    ['its own property names', Reflect.ownKeys(secret).join()],
    ['a copy', JSON.stringify({ ...secret })],
    ['a table of its members', JSON.stringify(Object.entries(secret))],
  ])('does not show it in %s', (_case, shown) => {
    expect(shown).not.toContain(value)
  })
})
