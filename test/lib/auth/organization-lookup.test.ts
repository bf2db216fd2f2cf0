import { describe, expect, it } from 'vitest'
import { organizationLookup } from '../../../src/lib/auth/organization-lookup.ts'
import { ApiError } from '../../../src/lib/ground/errors.ts'
import { recordingLogger } from '../../support/recording-logger.ts'

type Finds = (externalId: string) => Promise<{ readonly id: string }>

/** A look-up of external ids, where every one is Acme's unless the test says otherwise. */
function lookUpWith(findByExternalId: Finds = async () => ({ id: 'org_1' })) {
  const parts = { now: 0, asked: [] as string[], ...recordingLogger() }
  const lookUp = organizationLookup({
    clock: () => parts.now,
    logger: parts.logger,
    findByExternalId(externalId) {
      parts.asked.push(externalId)
      return findByExternalId(externalId)
    },
  })
  return { lookUp, parts }
}

function failing(error: Error): Finds {
  return () => Promise.reject(error)
}

function apiError(code: ApiError['code'], errorCode?: string): ApiError {
  return new ApiError(code, 'refused', errorCode === undefined ? {} : { errorCode })
}

describe('an external id', () => {
  it('leads to the organization that Scalekit names, and is asked for once in five minutes', async () => {
    const { lookUp, parts } = lookUpWith()
    expect(await lookUp('acme')).toEqual({ id: 'org_1' })
    parts.now = 299_999
    await lookUp('acme')
    expect(parts.asked).toEqual(['acme'])
    parts.now = 300_000
    await lookUp('acme')
    expect(parts.asked).toEqual(['acme', 'acme'])
  })

  it.each(['api_not_found', 'api_invalid_argument'] as const)(
    'that Scalekit answers with %s is nobody’s for a minute',
    async (code) => {
      const { lookUp, parts } = lookUpWith(failing(apiError(code)))
      expect(await lookUp('nowhere')).toBe('unknown')
      parts.now = 59_999
      expect(await lookUp('nowhere')).toBe('unknown')
      expect(parts.asked).toEqual(['nowhere'])
      parts.now = 60_000
      await lookUp('nowhere')
      expect(parts.asked).toEqual(['nowhere', 'nowhere'])
    },
  )

  it('is unclear where Scalekit fails, with a line in the log, and the next one asks again', async () => {
    const { lookUp, parts } = lookUpWith(failing(apiError('api_unavailable')))
    expect(await lookUp('acme')).toBe('unclear')
    expect(parts.lines).toEqual([
      'warn the organization of "acme" could not be looked up: "refused"',
    ])
    await lookUp('acme')
    expect(parts.asked).toEqual(['acme', 'acme'])
  })

  it('is looked up five times a second at most, whatever is made up', async () => {
    const { lookUp, parts } = lookUpWith()
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    const answers = await Promise.all(ids.map(lookUp))
    expect(answers).toEqual([...Array(5).fill({ id: 'org_1' }), 'unclear'])
    parts.now = 1000
    expect(await lookUp('f')).toEqual({ id: 'org_1' })
    expect(parts.asked).toEqual(ids)
  })

  it.each([
    ['does not know the client', apiError('api_unauthenticated', 'invalid_client')],
    ['gives it no right to the API', apiError('api_permission_denied')],
  ])('ends the sign-in where Scalekit %s', async (_what, error) => {
    const { lookUp } = lookUpWith(failing(error))
    await expect(lookUp('acme')).rejects.toMatchObject({
      code: 'application_refused',
      cause: error,
    })
  })
})

describe('an external id that was seen before', () => {
  it('stays known while strangers make up others', async () => {
    const { lookUp, parts } = lookUpWith(async (id) => {
      if (id === 'acme') return { id: 'org_1' }
      throw apiError('api_not_found')
    })
    expect(await lookUp('acme')).toEqual({ id: 'org_1' })
    parts.now = 300_000
    for (let made = 0; made < 10; made += 1) await lookUp(`made-up-${made}`)
    expect(await lookUp('acme')).toEqual({ id: 'org_1' })
  })

  it('stays known while Scalekit does not answer, for a day', async () => {
    let isDown = false
    const { lookUp, parts } = lookUpWith(async () => {
      if (isDown) throw new Error('down')
      return { id: 'org_1' }
    })
    await lookUp('acme')
    isDown = true
    parts.now = 300_000 + 24 * 3_600_000 - 1
    expect(await lookUp('acme')).toEqual({ id: 'org_1' })
    parts.now += 1
    expect(await lookUp('acme')).toBe('unclear')
  })
})
