import type { EmulatorRules } from '../ground/environment-url.ts'
import { readFields } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import type { InterceptorHandlers } from '../webhooks/interceptor-handlers.ts'
import type { Env } from './environment.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** Collects everything that is wrong, so that one error can list it. */
export interface Report {
  /** Sentences about values, each begun by the option's name in backquotes. */
  readonly problems: string[]
  /** Names that are no option. */
  readonly unknown: UnknownName[]
}

/** A name that is no option, and the group that it was given to; `''` is the top level. */
export interface UnknownName {
  readonly group: string
  readonly name: string
}

/** What a reader may look at beside its own option. */
export interface Scope<Options> {
  readonly env: Env
  readonly emulator: EmulatorRules
  /** The options of the same group, unchecked. */
  readonly group: Partial<Options>
  readonly report: Report
}

/** What the readers of the top level may look at, and what they pass on to their groups. */
export type RootScope = Scope<ScalekitAuthOptions>

/**
 * Reads one option: applies its default, checks it, and returns what the rest of the package uses.
 * Throws an Error whose message continues the sentence "`name` …".
 */
export type Reader<Options> = (value: unknown, scope: Scope<Options>) => unknown

/** A reader for each option of a group. An option whose reader is missing does not compile. */
export type Readers<Options> = { readonly [Name in keyof Options]-?: Reader<Options> }

/** A group as it was read: the options' own names, with what their readers return. */
export type Read<Group> = {
  readonly [Name in keyof Group]: Group[Name] extends (...given: never[]) => infer Value
    ? Value
    : never
}

/** A group's options, where its short form is left out. */
type OptionsOf<Name extends keyof ScalekitAuthOptions> = Omit<
  Exclude<NonNullable<ScalekitAuthOptions[Name]>, string>,
  keyof EventHandlers | keyof InterceptorHandlers
>

/**
 * Reads every option of a group, as {@link readMembers} does.
 *
 * @param alsoKnown Names that are read elsewhere: those of handlers.
 */
export function readGroup<
  Name extends keyof ScalekitAuthOptions,
  Group extends Readers<OptionsOf<Name>>,
>(
  name: Name,
  given: unknown,
  readers: Group,
  scope: RootScope,
  alsoKnown: readonly string[] = [],
): Read<Group> {
  return readMembers<OptionsOf<Name>, Group>(name, given, readers, scope, alsoKnown)
}

/**
 * Reads every member of an object. A name that has no reader is reported as unknown, and so is what
 * a reader throws; the result is meant to be used only when nothing was reported.
 *
 * @param path What the object is called, e.g. `webhooks`; `''` for the top level.
 */
export function readMembers<Options extends object, Group extends Readers<Options>>(
  path: string,
  given: unknown,
  readers: Group,
  { env, emulator, report }: Pick<Scope<Options>, 'env' | 'emulator' | 'report'>,
  alsoKnown: readonly string[] = [],
): Read<Group> {
  const group = given === undefined ? {} : given
  if (!isObject(group)) {
    report.problems.push(`\`${path}\` must be an object`)
    return {} as Read<Group>
  }
  for (const name of Object.keys(group)) {
    if (!Object.hasOwn(readers, name) && !alsoKnown.includes(name)) {
      report.unknown.push({ group: path, name })
    }
  }
  const scope = { env, emulator, report, group: group as Partial<Options> }
  const fields = Object.entries<Reader<Options>>(readers).map(([name, read]) => {
    return [name, () => read(group[name], scope)]
  })
  return readFields<Read<Group>>(Object.fromEntries(fields), report.problems, prefixOf(path))
}

/** What the names of a group's options begin with, e.g. `webhooks.`. */
export function prefixOf(group: string): string {
  return group === '' ? '' : `${group}.`
}
