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
    expect(shown).toMatch(/\{\s+code: 'login_denied',\s+status: 403\s+\}$/)
    expect(inspect(new ApiError('api_busy', 'wait'))).not.toContain('undefined')
  })
})

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
