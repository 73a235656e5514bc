import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorkplace, type Workplace } from '../support/agent-process.ts'
import { type AwsWorkplace, createAwsWorkplace, region } from '../support/aws-workplace.ts'
import { findLeaks } from '../support/canary.ts'
import type { Fault } from '../support/fault-proxy.ts'
import { searchFor } from '../support/leak-search.ts'
import { hasMoto } from '../support/moto.ts'

// Values and credentials are searched in all that the real command line prints and leaves, whatever AWS answers.

const unlikeAnything = () => randomBytes(30).toString('base64url')

describe.runIf(hasMoto())('an agent with secrets of AWS, on moto', () => {
  const secrets = {
    'the password': unlikeAnything(),
    'the binary secret': randomBytes(30),
    'the secret access key': unlikeAnything(),
    'the session token': unlikeAnything(),
  }
  let printed = ''
  let left = ''
  let published = Buffer.alloc(0)
  let aws: AwsWorkplace
  let place: Workplace
  beforeAll(async () => {
    aws = await createAwsWorkplace()
    place = createWorkplace()
    await tellStory()
  }, 120_000)
  afterAll(async () => {
    await place?.[Symbol.asyncDispose]()
    await aws?.[Symbol.asyncDispose]()
  })

  async function tellStory(): Promise<void> {
    const file = (name: string) => join(place.secrets, name)
    await aws.put('app/db', JSON.stringify({ username: 'app', password: secrets['the password'] }))
    await aws.put('app/key', secrets['the binary secret'])
    place.write(
      'credentials',
      `[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = ${secrets['the secret access key']}
aws_session_token = ${secrets['the session token']}
`,
    )
    const configure = (more = '') =>
      place.configure(`
providers: { aws: { region: ${region}, endpoint: "${aws.proxy.address}", timeout: 1s } }
secrets: { db: aws:app/db }
outputs:
  ${file('password')}: { value: db.password }
  ${file('key')}: { value: "aws:app/key" }
  ${more}
defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }`)
    configure()
    await command('check')
    await once()
    configure(`${file('wrong')}: { contents: "{{ .db.password | parseInt }}" }`)
    await once()
    await command('render', '--live')
    published = Buffer.concat([readFileSync(file('password')), readFileSync(file('key'))])
    for (const fault of faults()) {
      aws.proxy.fault = { path: /^\//, fault }
      await once()
    }
    for (const path of readdirSync(place.directory, { recursive: true, encoding: 'utf8' })) {
      const whole = join(place.directory, path)
      const isOurs = /^(credentials$|secrets\/(password|key)$)/.test(path)
      if (!isOurs && statSync(whole).isFile()) left += `${path}\n${readFileSync(whole, 'latin1')}`
    }
  }

  /** A backend that shows back what it was sent, and what it holds. */
  function faults(): Fault[] {
    const { authorization = '' } = aws.proxy.requests.at(-1)?.headers ?? {}
    const shown = `${String(authorization)} ${secrets['the session token']} ${secrets['the password']}`
    const failing = (type: string) => JSON.stringify({ __type: type, message: shown, Message: shown })
    return [
      { status: 400, body: failing('AccessDeniedException') },
      { status: 400, body: failing('ResourceNotFoundException') },
      { status: 400, body: failing('UnrecognizedClientException') },
      { status: 400, body: failing(shown) },
      { status: 500, body: shown },
      { status: 200, body: shown },
      { status: 200, body: `{"SecretString":"${shown}` },
      { raw: `HTTP/1.1 ${shown}\r\n\r\n` },
      'hang',
      'cut',
    ]
  }

  const command = async (...args: string[]) => {
    const variables = {
      AWS_SHARED_CREDENTIALS_FILE: join(place.directory, 'credentials'),
      AWS_CONFIG_FILE: join(place.directory, 'nothing'),
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    const { out, error } = await place.commandWith(variables, ...args)
    printed += `${args.join(' ')}: ${out}${error}\n`
  }
  const once = () => command('once', '--log-level', 'debug', '--log-format', 'json', '--timeout', '2s')

  it('shows no secret in what it prints', () => {
    expect(printed).toMatch(/"event":"secret_arrived"[\s\S]*"event":"render_failed"/)
    expect(printed.match(/"event":"secret_failed"/g)?.length).toBeGreaterThan(10)
    expect([...searchFor(secrets)(printed), ...findLeaks(printed)]).toEqual([])
  })

  it('shows no secret in what it leaves beside the published files', () => {
    expect(left).toContain('.keyturn/state')
    expect(searchFor(secrets)(left)).toEqual([])
  })

  it('but in the published files they are found', () => {
    expect(searchFor(secrets)(published)).toEqual(
      expect.arrayContaining(['the password (as it is)', 'the binary secret (as it is)']),
    )
  })
})
