import type { IncomingMessage } from 'node:http'
import type { AccessPredicate } from '../../auth/predicate.ts'
import type { Caller } from '../../auth/principal.ts'
import { isOwnCode } from '../../ground/error-codes.ts'
import { ConfigError } from '../../ground/errors.ts'
import { type Logger, quote, textOfThrown } from '../../ground/log.ts'
import { type Check, requiresPredicate } from './checks.ts'
import type { GuardOptions } from './guard.ts'
import type { Refusal } from './refusals.ts'

/** Options of `requireThat`. */
export interface RequireThatOptions extends Omit<GuardOptions, 'accepts'> {
  /**
   * The `code` of the refusal: up to 64 lower-case letters, digits and underscores, such as
   * `plan_required`. It cannot be a code of the kit.
   */
  readonly code: string
  /**
   * A sentence for the user: the `detail` of the problem document, and the sentence on the page.
   */
  readonly detail?: string
}

/**
 * @throws {@link ConfigError} `config_invalid` for a predicate that is not a function, or an
 *   invalid `code` or `detail`
 *
 * @internal
 */
export function requiresThat<Req extends IncomingMessage>(
  predicate: AccessPredicate<Req> | AccessPredicate<Req, Caller>,
  options: RequireThatOptions,
): Check {
  assertMeant(predicate, options)
  const name = `The predicate of requireThat() for ${options.code}`
  // The cast is safe: the framework that calls this guard has the request type that `predicate`
  // names, and the predicate only receives machines if `accepts` names them.
  const asked = predicate as AccessPredicate<IncomingMessage, Caller>
  return telling(requiresPredicate(asked, refusalOf(options), name))
}

function refusalOf({ code, detail }: RequireThatOptions): Refusal {
  const message = detail ?? 'The user may not do this'
  return { code, message, ...(detail === undefined ? {} : { text: detail }) }
}

/** Logs a failed predicate. The guard itself only responds with 503. */
function telling(check: Check): Check {
  const tell = (logger: Logger) => (error: unknown) => {
    const { message, cause } = error as Error
    logger.error(`${message}: ${quote(textOfThrown(cause))}`)
    throw error
  }
  return Object.assign<Check, Pick<Check, 'readsAuthority'>>(
    function requireThat(principal, req, parts) {
      try {
        const verdict = check(principal, req, parts)
        return verdict instanceof Promise ? verdict.catch(tell(parts.logger)) : verdict
      } catch (error) {
        return tell(parts.logger)(error)
      }
    },
    { readsAuthority: true },
  )
}

function assertMeant(predicate: unknown, options: RequireThatOptions | undefined): void {
  if (typeof predicate !== 'function') {
    throw new ConfigError([
      "requireThat() needs a function of the principal and the request, and a code: requireThat((principal) => isPaid(principal.organizationId), { code: 'plan_required' })",
    ])
  }
  const { code, detail }: { readonly code?: unknown; readonly detail?: unknown } = options ?? {}
  if (typeof code !== 'string' || !/^[a-z][a-z0-9_]{0,63}$/.test(code)) {
    throw new ConfigError([
      'The `code` of requireThat() must be up to 64 lower-case letters, digits and underscores, such as "plan_required"',
    ])
  }
  if (isOwnCode(code)) {
    throw new ConfigError([
      `The \`code\` of requireThat() cannot be ${code}, which is a code of the kit`,
    ])
  }
  if (detail !== undefined && (typeof detail !== 'string' || detail === '')) {
    throw new ConfigError(['The `detail` of requireThat() must be a non-empty string'])
  }
}
