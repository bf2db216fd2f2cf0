import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  AccessError,
  ApiError,
  asScalekitError,
  ConfigError,
  LoginError,
  PermanentError,
  ScalekitError,
  WebhookError,
} from '../../../src/lib/ground/errors.ts'

describe('every error', () => {
  it('has the status that belongs to its code', () => {
    expect(new ScalekitError('store_unavailable', 'no answer').status).toBe(503)
    expect(new AccessError('wrong_organization', 'not yours').status).toBe(403)
    expect(new LoginError('id_token_invalid', 'refused').status).toBe(400)
    expect(new WebhookError('webhook_signature_invalid', 'forged').status).toBe(401)
    expect(new PermanentError('no such plan')).toMatchObject({
      code: 'webhook_given_up',
      status: 200,
    })
  })

  it.each([
    [new AccessError('not_signed_in', 'who?'), 'AccessError'],
    [new LoginError('login_denied', 'no'), 'LoginError'],
    [new ConfigError(['`a` is missing']), 'ConfigError'],
    [new WebhookError('webhook_body_invalid', 'odd'), 'WebhookError'],
    [new PermanentError('no such plan'), 'PermanentError'],
  ])('is a ScalekitError and says its own name', (error, name) => {
    expect(error).toBeInstanceOf(ScalekitError)
    expect(error.name).toBe(name)
    expect(String(error)).toMatch(new RegExp(`^${name}: `))
  })

  it('keeps the error underneath and what to do about it', () => {
    const cause = new Error('ECONNREFUSED')
    const error = new ScalekitError('provider_unavailable', 'down', { cause, hint: 'Start it.' })
    expect(error.cause).toBe(cause)
    expect(error.hint).toBe('Start it.')
    expect('cause' in new ScalekitError('unexpected', 'alone')).toBe(false)
  })

  it('has no property for what there is not', () => {
    const shown = inspect(new LoginError('login_denied', 'no', { hint: undefined }))
    expect(shown).toMatch(
      /\{\s+code: 'login_denied',\s+status: 403,\s+statusCode: 403,\s+expose: true\s+\}$/,
    )
    expect(inspect(new ApiError('api_busy', 'wait'))).not.toContain('undefined')
  })
})

describe('for the error handlers of frameworks, an error', () => {
  it.each([
    [new AccessError('not_signed_in', 'who?'), 401, true],
    [new LoginError('application_refused', 'no'), 502, false],
    [new WebhookError('webhook_too_slow', 'late'), 408, true],
    [new ConfigError(['`a` is missing']), 500, false],
    [new ScalekitError('store_unavailable', 'down'), 503, false],
    [new ApiError('api_cancelled', 'over'), 499, true],
    [new ApiError('api_unauthenticated', 'no', { status: 500 }), 500, false],
    [new ApiError('api_internal', 'no', { status: 418 }), 418, true],
  ])('has its status twice, and may be shown below 500: %s', (error, status, expose) => {
    expect(error).toMatchObject({ status, statusCode: status, expose })
  })

  it.each([
    [
      'a wrong token',
      new AccessError('invalid_token', 'no'),
      'WWW-Authenticate: Bearer error="invalid_token"',
    ],
    ['an outage', new ScalekitError('store_unavailable', 'down'), 'Retry-After: 5'],
    ['a sign-in', new LoginError('on_login_failed', 'down'), 'Retry-After: 5'],
    ['a webhook', new WebhookError('webhook_busy', 'wait'), 'Retry-After: 5'],
  ])('says in headers what a response for %s needs', (_what, { headers }, line) => {
    expect(Object.entries(headers!).map(([name, value]) => `${name}: ${value}`)).toEqual([line])
  })

  it.each([
    ['a refusal that no sign-in undoes', new AccessError('role_required', 'no')],
    ['a forged delivery', new WebhookError('webhook_signature_invalid', 'forged')],
    ['what Scalekit’s API says to the application', new ApiError('api_unavailable', 'down')],
    ['the same where it is about its token', new ApiError('api_unauthenticated', 'no')],
    ['a mistake of the developer’s', new ConfigError('not_mounted', 'not there')],
  ])('has no headers for %s', (_what, error) => {
    expect(error).not.toHaveProperty('headers')
  })

  it('has the headers and the place to sign in that it is given', () => {
    const headers = { Allow: 'GET' }
    const given = new ScalekitError('method_not_allowed', 'no', { headers, loginUrl: '/login' })
    expect(given).toMatchObject({ headers: { Allow: 'GET' }, loginUrl: '/login' })
  })

  it('is one of http-errors’, and can be made into one', () => {
    const error = new AccessError('wrong_organization', 'not yours')
    expect(httpErrors.isHttpError(error)).toBe(true)
    expect(httpErrors(error)).toBe(error)
    expect(httpErrors(401, error, { extra: 1 })).toMatchObject({ status: 403, extra: 1 })
  })
})

/** The copy that Express brings. */
const httpErrors = createRequire(createRequire(import.meta.url).resolve('express'))(
  'http-errors',
) as { (...given: unknown[]): Error; isHttpError(error: unknown): boolean }

describe('ConfigError', () => {
  it('lists every problem on a line of its own', () => {
    const error = new ConfigError(['`a` is missing', '`b` is odd'])
    expect(error.problems).toEqual(['`a` is missing', '`b` is odd'])
    expect(error.message).toBe('express-scalekit cannot start:\n  - `a` is missing\n  - `b` is odd')
  })

  it('of a mistake that a request showed says that one alone', () => {
    const error = new ConfigError('not_mounted', 'It did not run', { hint: 'Mount it.' })
    expect(error).toMatchObject({
      code: 'not_mounted',
      status: 500,
      message: 'It did not run',
      problems: ['It did not run'],
      hint: 'Mount it.',
    })
  })
})

describe('asScalekitError', () => {
  it('keeps an error of ours as it is', () => {
    const ours = new LoginError('login_denied', 'no')
    expect(asScalekitError(ours, 'unexpected', 'odd')).toBe(ours)
  })

  it('gives any other error a code and stays its cause', () => {
    const cause = new TypeError('odd')
    expect(asScalekitError(cause, 'unexpected', 'Something odd')).toMatchObject({
      code: 'unexpected',
      message: 'Something odd',
      cause,
    })
  })
})
