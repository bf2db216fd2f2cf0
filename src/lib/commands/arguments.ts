import { type ParseArgsConfig, parseArgs } from 'node:util'

/** A mistake on the command line. The command then prints its usage. */
export class UsageError extends Error {}

type Parsed<Options extends ParseArgsConfig['options']> = ReturnType<
  typeof parseArgs<{ args: string[]; options: Options; allowPositionals: true }>
>

/** Parses the arguments after a command's name. */
export function parseArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
): Parsed<Options> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

/**
 * Splits the arguments at `--`. The part after it is another program's command, if there is one.
 */
export function splitAtDashes(args: readonly string[]): {
  readonly own: readonly string[]
  readonly command?: readonly string[]
} {
  const at = args.indexOf('--')
  return at < 0 ? { own: args } : { own: args.slice(0, at), command: args.slice(at + 1) }
}

/** Returns the one positional argument of a command. */
export function onlyWord(positionals: readonly string[], name: string): string {
  const [word, ...rest] = positionals
  if (word === undefined) throw new UsageError(`${name} is missing.`)
  assertNoMore(rest)
  return word
}

/** @throws {@link UsageError} for unexpected positional arguments */
export function assertNoMore(words: readonly string[]): void {
  if (words.length > 0)
    throw new UsageError(`The command takes no further argument: ${words.join(' ')}.`)
}

export function urlArgument(name: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${name} is missing.`)
  // Without a scheme, `localhost:3000` parses as a URL whose scheme is `localhost`.
  if (URL.canParse(value) && /^https?:/i.test(value)) return value
  throw new UsageError(`${name} must be a URL such as http://localhost:3000, not ${value}.`)
}

/** Parses a whole number within these bounds. */
export function numberArgument(
  name: string,
  value: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= min && number <= max) return number
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not ${value}.`)
}

/**
 * Reads the signing secret, which may only come from the environment.
 *
 * @param given The value of `--secret`, which is refused.
 */
export function secretArgument(given: string | undefined): string {
  if (given !== undefined) {
    throw new UsageError(
      'Set SCALEKIT_WEBHOOK_SECRET instead of --secret: other users of this machine can see command lines, and the shell keeps them in its history.',
    )
  }
  const secret = process.env.SCALEKIT_WEBHOOK_SECRET
  if (secret) return secret
  throw new UsageError(
    'The signing secret is missing: set SCALEKIT_WEBHOOK_SECRET to the secret of the endpoint, whsec_….',
  )
}
