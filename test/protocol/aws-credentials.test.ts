import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ProviderError } from '../../src/core/errors.ts'
import type { Provider } from '../../src/core/ports.ts'
import { type AwsWorkplace, createAwsWorkplace, region } from '../support/aws-workplace.ts'
import { canary, findLeaks } from '../support/canary.ts'
import { everythingIn } from '../support/everything-in.ts'
import { hasMoto } from '../support/moto.ts'

describe.runIf(hasMoto())('the sources of AWS credentials, on moto', () => {
  let place: AwsWorkplace
  const secretKey = canary('secret-access-key')
  const keys = (id: string) => ({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secretKey })
  const role = 'arn:aws:iam::123456789012:role/my-api'

  beforeAll(async () => {
    place = await createAwsWorkplace()
    await place.put('app/db', canary('value'))
  })
  afterEach(() => place.clear())
  afterAll(() => place[Symbol.asyncDispose]())

  const read = (provider: Provider) => place.read(provider, 'aws:app/db')

  /** The access key that the last request to Secrets Manager was signed with. */
  const keyInUse = () =>
    place.proxy.requests
      .filter(({ headers }) => String(headers['x-amz-target']).startsWith('secretsmanager.'))
      .map(({ headers }) => /Credential=(\w[\w-]*)\//.exec(String(headers['authorization']))?.[1])
      .at(-1)

  const failure = async (provider: Provider) => {
    const error = await read(provider).catch((thrown: unknown) => thrown)
    if (!(error instanceof ProviderError)) throw new Error('it did not fail as it should')
    expect(findLeaks(everythingIn(error))).toEqual([])
    return error
  }

  const profile = (name: string, id: string) =>
    `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secretKey}\n`

  describe('AWS credentials', () => {
    it('come from the environment', async () => {
      place.environment(keys('AKIAENV'))
      await read(place.open())
      expect(keyInUse()).toBe('AKIAENV')
    })

    it('come from a profile, with the region that stands there', async () => {
      const config = place.file(
        'config',
        `[profile prod]\nregion = ${region}\ncredential_process = /bin/cat ${place.file('process', JSON.stringify({ Version: 1, AccessKeyId: 'AKIAPROCESS', SecretAccessKey: secretKey }))}\n`,
      )
      const shared = place.file('credentials', profile('default', 'AKIADEFAULT'))
      place.environment({ AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: shared })
      await read(place.open())
      expect(keyInUse()).toBe('AKIADEFAULT')
      await read(place.open({ profile: 'prod', region: undefined }))
      expect(keyInUse()).toBe('AKIAPROCESS')
    })

    it('are looked for again once they are refused', async () => {
      place.environment({ AWS_SHARED_CREDENTIALS_FILE: place.file('rotated', profile('default', 'AKIAOLD')) })
      const provider = place.open()
      await read(provider)
      place.file('rotated', profile('default', 'AKIANEW'))
      place.proxy.fault = {
        path: /./,
        fault: { status: 400, body: '{"__type":"UnrecognizedClientException"}' },
      }
      expect(await failure(provider)).toMatchObject({ kind: 'unauthenticated' })
      expect(keyInUse()).toBe('AKIAOLD')
      place.proxy.fault = undefined
      await read(provider)
      expect(keyInUse()).toBe('AKIANEW')
    })

    it('come from a container endpoint, with the token of a file', async () => {
      const seen: (string | undefined)[] = []
      const endpoint = createServer((request, response) => {
        seen.push(request.headers.authorization)
        const Expiration = new Date(Date.now() + 3_600_000).toISOString()
        response.end(
          JSON.stringify({
            AccessKeyId: 'ASIACONTAINER',
            SecretAccessKey: secretKey,
            Token: canary('token'),
            Expiration,
          }),
        )
      })
      await new Promise<void>(resolve => endpoint.listen(0, '127.0.0.1', resolve))
      const { port } = endpoint.address() as AddressInfo
      place.environment({
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/v1/credentials`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: place.file('token', canary('container-token')),
      })
      const provider = place.open()
      await Promise.all([read(provider), read(provider), place.read(provider, 'aws:app/db?stage=AWSCURRENT')])
      expect(keyInUse()).toBe('ASIACONTAINER')
      expect(seen).toEqual([canary('container-token')])
      endpoint.close()
    })

    it('come from instance metadata, by version 2 alone', async () => {
      place.environment({
        AWS_EC2_METADATA_DISABLED: 'false',
        AWS_EC2_METADATA_SERVICE_ENDPOINT: place.proxy.address,
      })
      await read(place.open())
      expect(keyInUse()).toBe('test-key')
      const metadata = place.proxy.requests.filter(({ url }) => url.startsWith('/latest/'))
      expect(metadata.map(({ method, headers }) => [method, headers['x-aws-ec2-metadata-token']])).toEqual([
        ['PUT', undefined],
        ['GET', 'fake-imdsv2-token'],
        ['GET', 'fake-imdsv2-token'],
      ])
      place.proxy.requests.length = 0
      place.proxy.fault = { path: /token/, fault: { status: 403 } }
      expect(await failure(place.open())).toMatchObject({ kind: 'unauthenticated' })
      expect(place.proxy.requests.map(({ url }) => url)).toEqual(['/latest/api/token'])
    })

    it('come from STS for a web identity', async () => {
      place.environment({
        AWS_WEB_IDENTITY_TOKEN_FILE: place.file('jwt', canary('jwt')),
        AWS_ROLE_ARN: role,
        AWS_ROLE_SESSION_NAME: 'my-api',
      })
      await read(place.open())
      expect(keyInUse()).toMatch(/^ASIA/)
      place.proxy.fault = {
        path: /./,
        body: /AssumeRoleWithWebIdentity/,
        fault: { status: 400, body: stsError('ExpiredTokenException') },
      }
      expect(await failure(place.open())).toMatchObject({ kind: 'unauthenticated' })
    })

    it('are those of the role that is assumed, with external id and session name', async () => {
      place.environment(keys('AKIABASE'))
      const assumeRole = { arn: role, externalId: 'prod', sessionName: 'api-1' }
      const refusing = (body: RegExp) => {
        const fault = { status: 403, body: stsError('AccessDenied') }
        place.proxy.fault = { path: /./, body, fault }
      }
      refusing(/^Action=AssumeRole(?!.*ExternalId=prod)|^Action=AssumeRole(?!.*RoleSessionName=api-1)/)
      await read(place.open({ assumeRole }))
      expect(keyInUse()).toMatch(/^ASIA/)
      const error = await failure(place.open({ assumeRole: { ...assumeRole, externalId: 'other' } }))
      expect(error).toMatchObject({ kind: 'unauthenticated', transient: false })
      expect(error.message).toBe(`no AWS credentials of role "${role}": STS refuses (AccessDenied)`)
      refusing(/^Action=AssumeRole(?!.*RoleSessionName=keyturn)/)
      await read(place.open({ assumeRole: { arn: role } }))
    })

    it.each([
      ['throttled', { status: 400, headers: { 'retry-after': '3' }, body: stsError('Throttling') }],
      ['unavailable', { status: 503 }],
      ['unreachable', 'reset'],
    ] as const)('make the provider %s where STS is, asked once for all', async (kind, fault) => {
      place.environment(keys('AKIABASE'))
      place.proxy.fault = { path: /./, body: /AssumeRole/, fault }
      const provider = place.open({ assumeRole: { arn: role } })
      const errors = await Promise.all([failure(provider), failure(provider)])
      expect(errors).toMatchObject([
        { kind, transient: true },
        { kind, transient: true },
      ])
      expect(errors[0]?.retryAfterMs).toBe(kind === 'throttled' ? 3_000 : undefined)
      expect(place.proxy.requests).toHaveLength(1)
    })

    it('are nowhere: the error says where they were looked for', async () => {
      place.environment({})
      expect(await failure(place.open({ profile: 'prod' }))).toMatchObject({
        kind: 'unauthenticated',
        message: 'no AWS credentials of profile "prod": no source has any',
        hint: expect.stringContaining('AWS_WEB_IDENTITY_TOKEN_FILE'),
      })
    })

    it('come without a word of the SDK on the console', async () => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
      const shared = place.file('credentials', profile('default', 'AKIADEFAULT'))
      place.environment({ ...keys('AKIAENV'), AWS_PROFILE: 'default', AWS_SHARED_CREDENTIALS_FILE: shared })
      await read(place.open())
      expect(keyInUse()).toBe('AKIADEFAULT')
      expect(warn).not.toHaveBeenCalled()
      warn.mockRestore()
    })

    it('are waited for no longer than the fetch that wants them', async () => {
      place.environment({
        AWS_EC2_METADATA_DISABLED: 'false',
        AWS_EC2_METADATA_SERVICE_ENDPOINT: place.proxy.address,
      })
      place.proxy.fault = { path: /latest/, fault: 'hang' }
      const aborting = new AbortController()
      const asked = place.open().fetch({ provider: 'aws', path: 'app/db' }, aborting.signal)
      aborting.abort(new Error('enough'))
      await expect(asked).rejects.toThrow('enough')
    })
  })
})

function stsError(code: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${canary('quoted')}</Message></Error></ErrorResponse>`
}
