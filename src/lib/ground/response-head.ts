import { ServerResponse } from 'node:http'
import { lastBefore } from './prototypes.ts'

/** What is done to a response right before its header is written. */
export type HeadWork = (res: ServerResponse) => void

/** Finds what is to be done, where something is, by what the response belongs to. */
export type FindHeadWork = (res: ServerResponse) => HeadWork | undefined

type WriteHead = ServerResponse['writeHead']

const workOf = new WeakMap<ServerResponse, HeadWork>()
const finders = new Set<FindHeadWork>()
const hooked = new WeakSet<object>()
let hookedLast: object | undefined

/**
 * Does something right before the header of a response is written, over HTTP/1 and HTTP/2. By then the
 * application, its proxies and other middleware have set their headers, and those that were given to
 * `writeHead` are set, too. Work is done in the order in which it came.
 *
 * Work must stand being done twice. An object without headers, which stands in for the response where a
 * WebSocket begins, is left alone.
 */
export function beforeHead(res: ServerResponse, work: HeadWork): void {
  const before = workOf.get(res)
  if (before === work) return
  workOf.set(res, before ? inTurn(before, work) : work)
  if (!before) hook(res)
}

/**
 * The same for work that can be found. Most requests come here: an entry in a `WeakMap` for each costs
 * the garbage collector more than a guard costs.
 */
export function foundBeforeHead(res: ServerResponse, find: FindHeadWork): void {
  finders.add(find)
  if (!workOf.has(res)) hook(res)
}

/**
 * Answers false for a question that fails, e.g. because a clock of the application does. An error of
 * {@link HeadWork} would meet the application while it responds, where it may end the process.
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
 * Express gives every response a hidden class of its own, so that one more property on it takes a
 * microsecond. Its prototype, which Express lets everybody extend, gets the hook once.
 *
 * @see https://expressjs.com/en/guide/overriding-express-api.html
 */
function hook(res: ServerResponse): void {
  const prototype: object = Object.getPrototypeOf(res)
  const isHooked = prototype === hookedLast || hookPrototype(prototype)
  // A middleware that wrapped `writeHead` may have found it before the prototype had the hook.
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

/** Looked up late, for tools that replace Node's own. */
const nodesWriteHead = working(() => ServerResponse.prototype.writeHead)

function working(next: () => WriteHead): WriteHead {
  return function writeHead(this: ServerResponse, ...given: readonly unknown[]) {
    const work = workFor(this)
    if (!work) return Reflect.apply(next(), this, given)
    // Node's own call, where the application makes none, has the status alone.
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

/** Sets the headers that `writeHead` was given, which overrule those before, and answers the rest. */
function takeHeaders(res: ServerResponse, given: readonly unknown[]): readonly unknown[] {
  const headers = given.find((one) => typeof one === 'object' && one !== null)
  if (Array.isArray(headers)) setList(res, headers)
  else if (headers) for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  return given.filter((one) => one !== headers)
}

/** Of names and values in turns, or of pairs. A name that is there more than once is sent as often. */
function setList(res: ServerResponse, list: readonly unknown[]): void {
  const flat = list.flatMap((entry) => (isPair(list) ? (entry as unknown[]) : [entry]))
  const pairs = flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : []))
  for (const [name] of pairs) res.removeHeader(name as string)
  for (const [name, value] of pairs) res.appendHeader(name as string, value as string)
}

function isPair([first]: readonly unknown[]): boolean {
  return Array.isArray(first)
}
