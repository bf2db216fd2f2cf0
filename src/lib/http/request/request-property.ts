import { IncomingMessage } from 'node:http'
import { lastBefore } from '../../ground/prototypes.ts'

/** The name of a property of requests, its value, and whether the kit put it on a request. */
export interface RequestProperty {
  readonly name: string
  of(req: IncomingMessage): unknown
  isOn(req: IncomingMessage): boolean
}

/**
 * Makes a property of requests that costs nothing until it is read.
 *
 * It is defined once, on the prototype that Express lets applications extend. Defined on each
 * request, it would give every request a hidden class of its own in V8, which costs more than a
 * guard.
 *
 * @returns a function that shows the property on a request
 * @see https://expressjs.com/en/guide/overriding-express-api.html
 */
export function requestProperty(property: RequestProperty): (req: IncomingMessage) => void {
  const { name } = property
  const descriptor = descriptorOf(property)
  const showing = new WeakSet<object>()
  let shownLast: object | undefined

  return function show(req) {
    const prototype: object = Object.getPrototypeOf(req)
    // A property that other code put on the request itself would hide the one on the prototype.
    const isTaken = Object.hasOwn(req, name)
    const isShown = prototype === shownLast || showing.has(prototype)
    if (isShown && !isTaken) return
    const shared = isTaken ? undefined : lastBefore(IncomingMessage.prototype, prototype)
    Object.defineProperty(shared ?? req, name, descriptor)
    if (!shared) return
    showing.add(prototype)
    shownLast = prototype
  }
}

function descriptorOf({ name, of, isOn }: RequestProperty): PropertyDescriptor {
  return {
    configurable: true,
    enumerable: false,
    get(this: IncomingMessage) {
      return of(this)
    },
    // A request that the kit has not seen may get an own property by this name.
    set(this: IncomingMessage, value: unknown) {
      if (isOn(this)) throw new TypeError(`req.${name} is read-only`)
      const own = { configurable: true, enumerable: true, writable: true }
      Object.defineProperty(this, name, { ...own, value })
    },
  }
}
