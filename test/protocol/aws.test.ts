import { DescribeSecretCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { providerContract } from '../contract/provider-contract.ts'
import { type AwsWorkplace, createAwsWorkplace, region } from '../support/aws-workplace.ts'
import { canary } from '../support/canary.ts'
import { hasMoto } from '../support/moto.ts'

describe.runIf(hasMoto())('AWS Secrets Manager, on moto', () => {
  let place: AwsWorkplace
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAAGENT', AWS_SECRET_ACCESS_KEY: canary('secret-access-key') }

  beforeAll(async () => {
    place = await createAwsWorkplace()
  })
  beforeEach(() => place.environment(keys))
  afterEach(() => place.clear())
  afterAll(() => place[Symbol.asyncDispose]())

  const contents = async (reference: string, provider = place.open()) =>
    Object.fromEntries(
      [...(await place.read(provider, reference)).fields].map(([name, { content }]) => [name, content]),
    )

  providerContract('AWS Secrets Manager, on moto', {
    without: { sealed: 'Secrets Manager knows no seal' },
    open: async password => {
      await place.put('app/contract', JSON.stringify({ password, port: 5432 }))
      const refusal = {
        path: /./,
        body: /app\/forbidden/,
        fault: { status: 400, body: `{"__type":"AccessDeniedException","Message":"${password}"}` },
      }
      place.proxy.fault = refusal
      const faults = {
        sealed: 'hang',
        unavailable: { status: 500, body: `{"__type":"${password}","message":"${password}"}` },
        throttled: {
          status: 400,
          headers: { 'retry-after': '7' },
          body: `{"__type":"ThrottlingException","message":"${password}"}`,
        },
        silent: 'hang',
        malformed: { status: 200, body: `{"SecretString": ${password}` },
        oversized: { status: 200, body: JSON.stringify({ SecretString: password.repeat(10_000) }) },
        reset: 'reset',
      } as const
      return {
        provider: place.open({ timeoutMs: 500, maxBytes: 100_000 }),
        reference: 'aws:app/contract',
        missing: 'aws:app/nowhere',
        forbidden: 'aws:app/forbidden',
        credentials: [keys.AWS_SECRET_ACCESS_KEY],
        rotate: async next => {
          await place.put('app/contract', JSON.stringify({ password: next, port: 5432 }))
        },
        remove: () => place.remove('app/contract'),
        misbehave: async how => {
          place.proxy.fault = how === undefined ? refusal : { path: /./, fault: faults[how] }
        },
        async [Symbol.asyncDispose]() {},
      }
    },
  })

  describe('a secret of AWS', () => {
    it('has the fields of a JSON object, else the one field "value", as text or as bytes', async () => {
      await place.put('app/json', '{"user":"app","ratio":1.50,"nested":{"a": [1]}}')
      await place.put('app/text', 'plain\n')
      await place.put('app/bytes', Buffer.from([0, 255, 1]))
      expect(await contents('aws:app/json')).toEqual({ user: 'app', ratio: '1.50', nested: '{"a": [1]}' })
      expect(await contents('aws:app/text')).toEqual({ value: 'plain\n' })
      const { value } = await contents('aws:app/bytes')
      expect(Buffer.from(value ?? '')).toEqual(Buffer.from([0, 255, 1]))
    })

    it('has the id of its value as version', async () => {
      const first = await place.put('app/versioned', 'one')
      const provider = place.open()
      expect((await place.read(provider, 'aws:app/versioned')).version).toBe(first)
      const second = await place.put('app/versioned', 'two')
      expect((await place.read(provider, 'aws:app/versioned')).version).toBe(second)
      expect(second).not.toBe(first)
    })

    it('is read by version and by stage', async () => {
      const first = await place.put('app/staged', 'one')
      await place.put('app/staged', 'two')
      expect(await contents(`aws:app/staged?version=${first}`)).toEqual({ value: 'one' })
      expect(await contents('aws:app/staged?stage=AWSPREVIOUS')).toEqual({ value: 'one' })
      expect(await contents('aws:app/staged?stage=AWSCURRENT')).toEqual({ value: 'two' })
      await expect(contents('aws:app/staged?stage=AWSPENDING')).rejects.toMatchObject({ kind: 'missing' })
    })

    it('follows a label that moves, which is a rotation too', async () => {
      const first = await place.put('app/moved', 'one')
      const second = await place.put('app/moved', 'two')
      const provider = place.open()
      const stage = { SecretId: 'app/moved', VersionStage: 'canary' }
      await place.operator.send(new UpdateSecretVersionStageCommand({ ...stage, MoveToVersionId: first }))
      expect((await place.read(provider, 'aws:app/moved?stage=canary')).version).toBe(first)
      await place.operator.send(
        new UpdateSecretVersionStageCommand({
          ...stage,
          MoveToVersionId: second,
          RemoveFromVersionId: first,
        }),
      )
      expect((await place.read(provider, 'aws:app/moved?stage=canary')).version).toBe(second)
    })

    it('is named by its ARN, or by that without its random end', async () => {
      await place.put('app/arn', 'one')
      await place.put('app/arn2', 'two')
      const { ARN = '' } = await place.operator.send(new DescribeSecretCommand({ SecretId: 'app/arn' }))
      const provider = place.open()
      const [whole, partial, name, other] = await Promise.all([
        contents(`aws:${ARN}`, provider),
        contents(`aws:${ARN.slice(0, -7)}`, provider),
        contents('aws:app/arn', provider),
        contents('aws:app/arn2', provider),
      ])
      expect([whole, partial, name, other].map(({ value } = {}) => value)).toEqual([
        'one',
        'one',
        'one',
        'two',
      ])
    })

    it('cannot be listed', async () => {
      const signal = new AbortController().signal
      await expect(
        place.open().fetch({ provider: 'aws', path: 'app', list: true }, signal),
      ).rejects.toMatchObject({ kind: 'missing' })
    })
  })

  describe('secrets that are asked for in one turn', () => {
    const names = Array.from({ length: 25 }, (_, index) => `batch/${index}`)
    beforeAll(async () => {
      for (const name of names) await place.put(name, name)
    })
    const readAll = (provider = place.open(), all = names) =>
      Promise.allSettled(all.map(name => contents(`aws:${name}`, provider)))
    const values = (results: PromiseSettledResult<Record<string, unknown>>[]) =>
      results.map(result => (result.status === 'fulfilled' ? result.value['value'] : result.reason.kind))

    it('are read 20 at a time, and a single one by itself', async () => {
      const provider = place.open()
      expect(values(await readAll(provider))).toEqual(names)
      expect(place.operations()).toEqual(['BatchGetSecretValue', 'BatchGetSecretValue'])
      await contents('aws:batch/1', provider)
      expect(place.operations()).toEqual(['GetSecretValue'])
    })

    it('fail each for itself', async () => {
      const results = await readAll(undefined, ['batch/1', 'batch/nowhere', 'batch/2'])
      expect(values(results)).toEqual(['batch/1', 'missing', 'batch/2'])
      expect(place.operations()).toEqual(['BatchGetSecretValue'])
    })

    it('are read in a batch but for those that are named by version or stage', async () => {
      const results = await readAll(undefined, [
        'batch/1',
        'batch/2?stage=AWSCURRENT',
        'batch/3?stage=AWSPREVIOUS',
      ])
      expect(values(results)).toEqual(['batch/1', 'batch/2', 'missing'])
      expect(place.operations().toSorted()).toEqual(['BatchGetSecretValue', 'GetSecretValue'])
    })

    it('are asked for once where two ask for the same', async () => {
      expect(values(await readAll(undefined, ['batch/1', 'batch/1']))).toEqual(['batch/1', 'batch/1'])
    })

    it('are read one by one where the service fails for the batch', async () => {
      place.proxy.fault = { path: /./, body: /SecretIdList/, fault: { status: 500 } }
      const few = names.slice(0, 3)
      const provider = place.open()
      expect(values(await readAll(provider, few))).toEqual(few)
      expect(place.operations()).toHaveLength(4)
      place.proxy.fault = undefined
      expect(values(await readAll(provider, few))).toEqual(few)
      expect(place.operations()).toEqual(['BatchGetSecretValue'])
    })

    it('are read one by one where their answers together are too long', async () => {
      const large = ['batch/large1', 'batch/large2']
      for (const name of large) await place.put(name, name.repeat(500))
      const results = await readAll(place.open({ maxBytes: 10_000 }), large)
      expect(values(results)).toEqual(large.map(name => name.repeat(500)))
    })

    it.each([
      ['throttled', { status: 400, body: '{"__type":"ThrottlingException"}' }],
      ['unauthenticated', { status: 400, body: '{"__type":"ExpiredTokenException"}' }],
      ['unreachable', 'reset'],
    ] as const)(
      'fail together where the whole backend is %s, without asking more of it',
      async (kind, fault) => {
        place.proxy.fault = { path: /./, fault }
        expect(values(await readAll(undefined, names.slice(0, 3)))).toEqual([kind, kind, kind])
        expect(place.operations()).toEqual(['BatchGetSecretValue'])
      },
    )

    it('are read one by one for ever after where the policy forbids the batch', async () => {
      const { accessKeyId, secretAccessKey } = await createUser('secretsmanager:GetSecretValue')
      place.environment({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey })
      await place.moto.enforcePoliciesAfter(0)
      try {
        const provider = place.open()
        const few = names.slice(0, 3)
        for (let round = 0; round < 2; round += 1) expect(values(await readAll(provider, few))).toEqual(few)
        expect(place.operations().filter(name => name === 'BatchGetSecretValue')).toHaveLength(1)
        expect(place.journal.lines).toMatchObject([{ severity: 'info', event: 'aws_batch_forbidden' }])
      } finally {
        await place.moto.enforcePoliciesAfter(Number.POSITIVE_INFINITY)
      }
    })

    it('end their request once the last of those that asked has given up', async () => {
      place.proxy.fault = { path: /./, fault: 'hang' }
      const provider = place.open({ timeoutMs: 60_000, maxConnections: 1 })
      const aborting = [new AbortController(), new AbortController()]
      const asked = aborting.map(({ signal }, index) =>
        provider.fetch({ provider: 'aws', path: `batch/${index}` }, signal),
      )
      aborting[0]?.abort(new Error('the first'))
      await expect(asked[0]).rejects.toThrow('the first')
      aborting[1]?.abort(new Error('the second'))
      await expect(asked[1]).rejects.toThrow('the second')
      place.proxy.fault = undefined
      // The one connection is free again.
      expect(await contents('aws:batch/1', provider)).toEqual({ value: 'batch/1' })
    })

    /** A user with its key, whose policy allows one action. */
    async function createUser(action: string) {
      const iam = async (parameters: Record<string, string>) => {
        const response = await fetch(place.moto.address, {
          method: 'POST',
          headers: {
            authorization: 'AWS4-HMAC-SHA256 Credential=operator/20300101/us-east-1/iam/aws4_request',
          },
          body: new URLSearchParams({ ...parameters, UserName: 'agent', Version: '2010-05-08' }),
        })
        return response.text()
      }
      const statement = { Effect: 'Allow', Action: action, Resource: '*' }
      await iam({ Action: 'CreateUser' })
      await iam({
        Action: 'PutUserPolicy',
        PolicyName: 'read',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
      })
      const key = await iam({ Action: 'CreateAccessKey' })
      const part = (name: string) => new RegExp(`<${name}>(.*)</${name}>`).exec(key)?.[1] ?? ''
      return { accessKeyId: part('AccessKeyId'), secretAccessKey: part('SecretAccessKey') }
    }
  })

  describe('requests to AWS', () => {
    beforeEach(async () => {
      await place.put('app/plain', 'one')
    })

    it('are sent once, whatever AWS_MAX_ATTEMPTS says', async () => {
      place.environment({ ...keys, AWS_MAX_ATTEMPTS: '5', AWS_RETRY_MODE: 'adaptive' })
      place.proxy.fault = { path: /./, fault: { status: 503 } }
      await expect(contents('aws:app/plain')).rejects.toMatchObject({ kind: 'unavailable' })
      expect(place.operations()).toHaveLength(1)
    })

    it('go through the proxy that is set, except where NO_PROXY says otherwise', async () => {
      const proxy = { httpProxy: 'http://127.0.0.1:1' }
      await expect(contents('aws:app/plain', place.open({ proxy }))).rejects.toMatchObject({
        kind: 'unreachable',
      })
      const direct = place.open({ proxy: { ...proxy, noProxy: '127.0.0.1' } })
      expect(await contents('aws:app/plain', direct)).toEqual({ value: 'one' })
    })

    it('take region and endpoint from the environment where none are set', async () => {
      place.environment({
        ...keys,
        AWS_REGION: region,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: place.proxy.address,
      })
      const provider = place.open({ region: undefined, endpoint: undefined })
      expect(await contents('aws:app/plain', provider)).toEqual({ value: 'one' })
      place.environment(keys)
      await expect(contents('aws:app/plain', place.open({ region: undefined }))).rejects.toMatchObject({
        kind: 'unauthenticated',
        message: 'no AWS region is known',
      })
    })

    it.each([
      ['DecryptionFailure', 'forbidden'],
      ['InvalidRequestException', 'missing'],
      ['InvalidParameterException', 'missing'],
      ['InternalServiceError', 'unavailable'],
      ['UnrecognizedClientException', 'unauthenticated'],
      ['SignatureDoesNotMatch', 'unauthenticated'],
      ['com.amazonaws.secretsmanager#TooManyRequestsException', 'throttled'],
      ['SomethingNewException', 'forbidden'],
    ])('that are answered by %s fail as %s', async (code, kind) => {
      place.proxy.fault = { path: /./, fault: { status: 400, body: JSON.stringify({ __type: code }) } }
      await expect(contents('aws:app/plain')).rejects.toMatchObject({ kind })
    })
  })
})
