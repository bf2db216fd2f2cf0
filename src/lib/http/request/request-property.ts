import { IncomingMessage } from 'node:http'
import { lastBefore } from '../../ground/prototypes.ts'

/** What a property of requests shows, and whether one was given to this request. */
export interface RequestProperty {
  readonly name: string
  of(req: IncomingMessage): unknown
  isOn(req: IncomingMessage): boolean
}

/**
 * Makes a property of requests that costs nothing until it is read.
 *
 * It stands once on the prototype that Express lets everybody extend, not on each request: there V8
 * gives every request a hidden class of its own, so that one more property is dearer than a guard.
 *
 * @returns how to show it on a request
 * @see https://expressjs.com/en/guide/overriding-express-api.html
 */
export function requestProperty(property: RequestProperty): (req: IncomingMessage) => void {
  const { name } = property
  const descriptor = descriptorOf(property)
  const showing = new WeakSet<object>()

  return function show(req) {
    const prototype: object = Object.getPrototypeOf(req)
    // What somebody else put on the request itself would be seen in place of ours.
    const isTaken = Object.hasOwn(req, name)
    if (showing.has(prototype) && !isTaken) return
    const shared = isTaken ? undefined : lastBefore(IncomingMessage.prototype, prototype)
    Object.defineProperty(shared ?? req, name, descriptor)
    if (shared) showing.add(prototype)
  }
}

function descriptorOf({ name, of, isOn }: RequestProperty): PropertyDescriptor {
  return {
    configurable: true,
    enumerable: false,
    get(this: IncomingMessage) {
      return of(this)
    },
    // A request that never came to us may have one of its own.
    set(this: IncomingMessage, value: unknown) {
      if (isOn(this)) throw new TypeError(`req.${name} is read-only`)
      const own = { configurable: true, enumerable: true, writable: true }
      Object.defineProperty(this, name, { ...own, value })
    },
  }
}
