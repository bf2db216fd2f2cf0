import { authEventNames } from '../../../src/lib/auth/events.ts'
import { optionNames } from '../../../src/lib/config/config.ts'
import { type ControlCode, statusByCode } from '../../../src/lib/emulator/control/control-error.ts'
import { isOwnCode, statusOf } from '../../../src/lib/ground/error-codes.ts'
import { handlerNames } from '../../../src/lib/webhooks/handler-names.ts'
import { interceptorHandlerNames } from '../../../src/lib/webhooks/interceptor-handlers.ts'
import type { Page } from './pages.ts'
import { codeIn } from './prose.ts'

const namesByGroup: Readonly<Record<string, readonly string[]>> = {
  ...optionNames,
  webhooks: [...optionNames.webhooks!, ...handlerNames],
  interceptors: [...optionNames.interceptors!, ...interceptorHandlerNames],
}

/** Options that a page names in backquotes and that do not exist, as `page:line: …`. */
export function unknownOptions({ path, text }: Page): string[] {
  return codeIn(text)
    .filter(({ text: code }) => isUnknownOption(code))
    .map(({ text: code, line }) => `${path}:${line}: there is no option \`${code}\``)
}

/** `webhooks.secret`, but not the event `login.failed`, `auth.webhooks` or the file `webhooks.ts`; `webhooks.on…` is several. */
function isUnknownOption(code: string): boolean {
  const [, group, name, several] = /^([a-z]+(?:\.[a-z]+)*)\.([a-zA-Z]+)(…?)$/.exec(code) ?? []
  if (authEventNames.includes(code)) return false
  if (group === undefined || !(group.split('.')[0]! in namesByGroup)) return false
  if (/^(?:[cm]?[jt]s|json|html|css|md)$/.test(name!)) return false
  const names = namesByGroup[group] ?? []
  return !(several ? names.some((each) => each.startsWith(name!)) : names.includes(name!))
}

/** Error codes in the first column of a table that do not exist, or have another status. */
export function unknownCodes({ path, text }: Page): string[] {
  const lines = text.split('\n')
  let isOfCodes = false
  return lines.flatMap((row, at) => {
    if (/^\| -+ \|/.test(row)) isOfCodes = /^\| (?:error )?codes? \|/i.test(lines[at - 1]!)
    const [, code, status] = /^\| `([a-z_]+)` \|(?: (\d{3}) \|)?/.exec(row) ?? []
    if (code === undefined || !(isOfCodes || status !== undefined)) return []
    const problem = problemOf(code, status)
    return problem === undefined ? [] : `${path}:${at + 1}: ${problem}`
  })
}

function problemOf(code: string, status: string | undefined): string | undefined {
  const ofKit = isOwnCode(code) ? statusOf(code) : undefined
  const expected = ofKit ?? statusByCode[code as ControlCode]
  if (expected === undefined) return `there is no error \`${code}\``
  const isRight = status === undefined || Number(status) === expected
  return isRight ? undefined : `the status of \`${code}\` is ${expected}, not ${status}`
}
