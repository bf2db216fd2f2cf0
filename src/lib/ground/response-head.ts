import { ServerResponse } from 'node:http'
import { lastBefore } from './prototypes.ts'

/** Work to do on a response right before its header is written. */
export type HeadWork = (res: ServerResponse) => void

/** Returns the work for a response, if there is any. */
export type FindHeadWork = (res: ServerResponse) => HeadWork | undefined

type WriteHead = ServerResponse['writeHead']

const workOf = new WeakMap<ServerResponse, HeadWork>()
const finders = new Set<FindHeadWork>()
const hooked = new WeakSet<object>()
let hookedLast: object | undefined

/**
 * Runs work right before the header of a response is written, over HTTP/1 and HTTP/2. By then the
 * application, its proxies and other middleware have set their headers, including those given to
 * `writeHead`. Work runs in the order of registration.
 *
 * Work must be idempotent. An object without headers, which stands in for the response during a
 * WebSocket upgrade, is ignored.
 */
export function beforeHead(res: ServerResponse, work: HeadWork): void {
  const before = workOf.get(res)
  if (before === work) return
  workOf.set(res, before ? inTurn(before, work) : work)
  if (!before) hook(res)
}

/**
 * Like {@link beforeHead}, for work that can be looked up instead of being stored. Most requests
 * take this path: an entry in a `WeakMap` for each would cost the garbage collector more than a
 * guard costs.
 */
export function foundBeforeHead(res: ServerResponse, find: FindHeadWork): void {
  finders.add(find)
  if (!workOf.has(res)) hook(res)
}

/**
 * Returns false if the check throws, e.g. because the application's clock does. An error in
 * {@link HeadWork} would surface while the application responds, and could end the process there.
 */
export function orNot(ask: () => boolean): boolean {
  try {
    return ask()
  } catch {
    return false
  }
}

function inTurn(first: HeadWork, second: HeadWork): HeadWork {
  return (res) => {
    first(res)
    second(res)
  }
}

/**
 * Installs the hook on the prototype that Express lets applications extend, once. Express gives
 * every response a hidden class of its own, so an additional property on the response costs a
 * microsecond.
 *
 * @see https://expressjs.com/en/guide/overriding-express-api.html
 */
function hook(res: ServerResponse): void {
  const prototype: object = Object.getPrototypeOf(res)
  const isHooked = prototype === hookedLast || hookPrototype(prototype)
  // A middleware that wrapped `writeHead` may have read it before the prototype had the hook.
  if (!isHooked || Object.hasOwn(res, 'writeHead')) hookAlone(res)
}

function hookPrototype(prototype: object): boolean {
  if (!hooked.has(prototype)) {
    const shared = lastBefore(ServerResponse.prototype, prototype)
    if (!shared) return false
    if (!hooked.has(shared)) {
      Object.defineProperty(shared, 'writeHead', descriptorFor(shared))
      hooked.add(shared)
    }
    hooked.add(prototype)
  }
  hookedLast = prototype
  return true
}

function descriptorFor(shared: object): PropertyDescriptor {
  const own = Object.hasOwn(shared, 'writeHead') ? (shared as ServerResponse).writeHead : undefined
  const value = own ? working(() => own) : nodesWriteHead
  return { configurable: true, enumerable: true, writable: true, value }
}

function hookAlone(res: ServerResponse): void {
  const { writeHead, getHeader } = res as Partial<ServerResponse>
  if (writeHead === undefined || getHeader === undefined) return
  const isNodes = writeHead === ServerResponse.prototype.writeHead
  res.writeHead = isNodes ? nodesWriteHead : working(() => writeHead)
}

/** Read on each call, because tools replace Node's own method. */
const nodesWriteHead = working(() => ServerResponse.prototype.writeHead)

function working(next: () => WriteHead): WriteHead {
  return function writeHead(this: ServerResponse, ...given: readonly unknown[]) {
    const work = workFor(this)
    if (!work) return Reflect.apply(next(), this, given)
    // If the application does not call `writeHead`, Node does, with the status alone.
    const rest = given.length === 1 ? given : takeHeaders(this, given)
    work(this)
    return Reflect.apply(next(), this, rest)
  } as WriteHead
}

function workFor(res: ServerResponse): HeadWork | undefined {
  let work = workOf.get(res)
  for (const find of finders) {
    const found = find(res)
    if (found) work = work ? inTurn(work, found) : found
  }
  return work
}

/**
 * Sets the headers that `writeHead` was given, which override earlier ones, and returns the
 * remaining arguments.
 */
function takeHeaders(res: ServerResponse, given: readonly unknown[]): readonly unknown[] {
  const headers = given.find((one) => typeof one === 'object' && one !== null)
  if (Array.isArray(headers)) setList(res, headers)
  else if (headers) for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  return given.filter((one) => one !== headers)
}

/**
 * Sets headers from a flat list of names and values, or from pairs. A name that appears more than
 * once is sent that often.
 */
function setList(res: ServerResponse, list: readonly unknown[]): void {
  const flat = list.flatMap((entry) => (isPair(list) ? (entry as unknown[]) : [entry]))
  const pairs = flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : []))
  for (const [name] of pairs) res.removeHeader(name as string)
  for (const [name, value] of pairs) res.appendHeader(name as string, value as string)
}

function isPair([first]: readonly unknown[]): boolean {
  return Array.isArray(first)
}
