import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { shareOf } from '../../../../src/lib/http/signed/body-budget.ts'

const mebibyte = 1_048_576

/** The share of a request that ends with the test, if not before. */
function request() {
  const socket = new EventEmitter()
  const req = Object.assign(new EventEmitter(), { httpVersionMajor: 1, socket })
  const close = () => void req.emit('close')
  onTestFinished(close)
  const share = shareOf(req as unknown as IncomingMessage)
  return { ...share, close, socket, closeSocket: () => void socket.emit('close') }
}

it('bodies take 32 MiB together, and not one byte more', () => {
  const [one, other] = [request(), request()]
  expect(one.take(20 * mebibyte)).toBe(true)
  expect(other.take(12 * mebibyte)).toBe(true)
  expect(request().take(1)).toBe(false)
})

it('a body that waits alone has its own limit, however large it is', () => {
  const one = request()
  expect(one.take(30 * mebibyte)).toBe(true)
  expect(one.take(30 * mebibyte)).toBe(true)
  expect(request().take(1)).toBe(false)
})

it.each(['close', 'closeSocket'] as const)('what a request took is free again by %s', (end) => {
  const one = request()
  one.take(32 * mebibyte)
  one[end]()
  expect(one.socket.listenerCount('close')).toBe(0)
  const other = request()
  expect(request().take(mebibyte)).toBe(true)
  expect(other.take(31 * mebibyte)).toBe(true)
})

it('what a request took is free again as soon as it is refused', () => {
  const [one, other] = [request(), request()]
  one.take(mebibyte)
  other.take(20 * mebibyte)
  expect(other.take(20 * mebibyte)).toBe(false)
  expect(request().take(31 * mebibyte)).toBe(true)
})
