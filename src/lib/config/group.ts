import type { EmulatorRules } from '../ground/environment-url.ts'
import { readFields } from '../ground/fields.ts'
import { isObject } from '../ground/is-object.ts'
import type { EventHandlers } from '../webhooks/handlers.ts'
import type { InterceptorHandlers } from '../webhooks/interceptor-handlers.ts'
import type { Env } from './environment.ts'
import type { ScalekitAuthOptions } from './options.ts'

/** Collects all problems, so that one error can list them. */
export interface Report {
  /** Sentences about values. Each begins with the option's name in backquotes. */
  readonly problems: string[]
  /** Names that are not options. */
  readonly unknown: UnknownName[]
}

/** A name that is not an option, with the group that contains it. `''` is the top level. */
export interface UnknownName {
  readonly group: string
  readonly name: string
}

/** The values that a reader may use besides its own option. */
export interface Scope<Options> {
  readonly env: Env
  readonly emulator: EmulatorRules
  /** The options of the same group, unchecked. */
  readonly group: Partial<Options>
  readonly report: Report
}

/** The scope of the readers of the top level. They pass it on to the readers of groups. */
export type RootScope = Scope<ScalekitAuthOptions>

/**
 * Reads one option: applies its default, checks it, and returns the value for the rest of the
 * package. Throws an Error whose message continues the sentence "`name` …".
 */
export type Reader<Options> = (value: unknown, scope: Scope<Options>) => unknown

/** A reader for each option of a group. An option without a reader does not compile. */
export type Readers<Options> = { readonly [Name in keyof Options]-?: Reader<Options> }

/** A group after reading: the options' names, with the values that their readers returned. */
export type Read<Group> = {
  readonly [Name in keyof Group]: Group[Name] extends (...given: never[]) => infer Value
    ? Value
    : never
}

/** A group's options, without its short form. */
type OptionsOf<Name extends keyof ScalekitAuthOptions> = Omit<
  Exclude<NonNullable<ScalekitAuthOptions[Name]>, string>,
  keyof EventHandlers | keyof InterceptorHandlers
>

/**
 * Reads every option of a group, as {@link readMembers} does.
 *
 * @param alsoKnown The names of handlers, which are read elsewhere.
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
 * Reads every member of an object. Names without a reader and errors of readers are added to the
 * report. Use the result only if the report is empty.
 *
 * @param path The object's name in messages, e.g. `webhooks`; `''` for the top level.
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

/** Returns the prefix of a group's options in messages, e.g. `webhooks.`. */
export function prefixOf(group: string): string {
  return group === '' ? '' : `${group}.`
}
