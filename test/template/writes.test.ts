import { describe, expect, it } from 'vitest'
import { RenderError } from '../../src/core/errors.ts'
import { isJsonObject, parseJson } from '../../src/core/json.ts'
import type { Rendered } from '../../src/core/output.ts'
import { type Reference, secretKey } from '../../src/core/reference.ts'
import { fieldsOf, type Secret } from '../../src/core/secret.ts'
import { compileTemplate } from '../../src/template/compile-template.ts'
import { renderOffline } from '../../src/template/render-offline.ts'
import { canary } from '../support/canary.ts'

const writeKey = Buffer.alloc(32, 'of this test')

/** Renders with a provider that answers each reference as `answer` says. */
async function render(
  text: string,
  answer: (reference: Reference) => object | undefined = () => undefined,
  key: Uint8Array = writeKey,
): Promise<Rendered> {
  const renderer = await compileTemplate(text, {
    name: 'x',
    dot: new Map(),
    secretProvider: 'vault',
    writeKey: key,
  })
  return renderer.render(reference => {
    const body = answer(reference)
    return body === undefined ? undefined : secretOf(body)
  })
}

function secretOf(body: object): Secret {
  const document = parseJson(JSON.stringify(body))
  const response = isJsonObject(document.root) ? document.root : new Map()
  const data = response.get('data')
  const fields = isJsonObject(data) ? fieldsOf(document, data) : new Map()
  return { fields, version: '1', response }
}

async function contentOf(text: string, answer: (reference: Reference) => object | undefined) {
  const rendered = await render(text, answer)
  return 'content' in rendered ? rendered.content : rendered
}

async function missingIn(
  text: string,
  answer?: (reference: Reference) => object | undefined,
  key?: Uint8Array,
) {
  const rendered = await render(text, answer, key)
  return 'missing' in rendered ? rendered.missing : []
}

describe('a write', () => {
  it('is one for equal path and parameters, in whatever order and however written', async () => {
    const missing = await Promise.all(
      [
        '{{ secret "pki/issue/web" "common_name=app" "ttl=24h" }}',
        '{{ secret " /pki/issue/web/ " "ttl = 24h " "" " common_name=app" }}',
        '{{ pkiCert "pki/issue/web" "ttl=1h" "ttl=24h" "common_name=app" }}',
      ].map(text => missingIn(text)),
    )
    expect(new Set(missing.flat().map(secretKey)).size).toBe(1)
    expect(missing[0]?.[0]).toMatchObject({
      provider: 'vault',
      path: 'pki/issue/web',
      write: {
        parameters: new Map([
          ['common_name', 'app'],
          ['ttl', '24h'],
        ]),
      },
    })
  })

  it('is another one for other parameters, for another path, and than a read', async () => {
    const texts = [
      '{{ pkiCert "pki/issue/web" "common_name=app" }}',
      '{{ pkiCert "pki/issue/web" "common_name=other" }}',
      '{{ pkiCert "pki/issue/web" "alt_names=app" }}',
      '{{ pkiCert "pki/issue/api" "common_name=app" }}',
      '{{ pkiCert "pki/issue/web" "common_name==app" }}',
      '{{ pkiCert "pki/issue/web" "a=b,c=d" }}',
      '{{ pkiCert "pki/issue/web" "a=b" "c=d" }}',
      '{{ secret "pki/issue/web" "" }}',
      '{{ secret "pki/issue/web" }}',
    ]
    const keys = (await Promise.all(texts.map(text => missingIn(text)))).flat().map(secretKey)
    expect(new Set(keys).size).toBe(texts.length)
  })

  it('is named by a digest that tells nothing of its parameters, and is another one in each process', async () => {
    const text = `{{ secret "transit/decrypt/app" "ciphertext=${canary('parameter')}" }}`
    const keys = [
      ...(await missingIn(text)),
      ...(await missingIn(text)),
      ...(await missingIn(text, undefined, Buffer.alloc(32, 'of another process'))),
    ].map(secretKey)
    expect(keys[0]).toMatch(/^vault:transit\/decrypt\/app\?write=[0-9a-f]{16}$/)
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('is asked for only when it is executed', async () => {
    const renderer = await compileTemplate(
      '{{ if false }}{{ secret "a" "b=c" }}{{ end }}{{ secret "d" "e=f" }}',
      {
        name: 'x',
        dot: new Map(),
        secretProvider: 'vault',
      },
    )
    expect(renderer.references).toEqual([])
    const rendered = renderer.render(() => undefined)
    expect('missing' in rendered && rendered.missing.map(({ path }) => path)).toEqual(['d'])
  })

  it('is asked for only once all before it has arrived, as its parameters may be made from that', async () => {
    const text =
      '{{ $name := "" }}{{ with secret "kv/app" }}{{ $name = .Data.name }}{{ end }}' +
      '{{ with secret "pki/issue/web" (print "common_name=" $name) }}{{ .Data.certificate }}{{ end }}{{ secret "kv/b" }}'
    const paths = async (answer: (reference: Reference) => object | undefined) =>
      (await missingIn(text, answer)).map(({ path, write }) => [path, write?.parameters.get('common_name')])
    expect(await paths(() => undefined)).toEqual([
      ['kv/app', undefined],
      ['kv/b', undefined],
    ])
    const app = { data: { name: 'app' } }
    expect(await paths(({ path }) => (path === 'kv/app' ? app : undefined))).toEqual([
      ['pki/issue/web', 'app'],
      ['kv/b', undefined],
    ])
  })

  it('answers in the shape of Vault, with the token where it made one', async () => {
    const auth = {
      client_token: 't',
      accessor: 'a',
      policies: ['p', 'q'],
      metadata: { role: 'r' },
      lease_duration: 1200,
      renewable: true,
    }
    const text =
      '{{ with secret "auth/token/create" "ttl=20m" }}{{ .Auth.ClientToken }} {{ .Auth.Accessor }} {{ .Auth.Policies }} ' +
      '{{ .Auth.Metadata.role }} {{ .Auth.LeaseDuration }} {{ .Auth.Renewable }}{{ end }}'
    expect(await contentOf(text, () => ({ data: null, auth }))).toBe('t a [p q] r 1200 true')
    expect(await contentOf('{{ (secret "a" "b=c").Auth }}', () => ({ data: {} }))).toBe('<nil>')
  })

  it('that is answered by nothing is nil', async () => {
    expect(await contentOf('{{ with secret "a" "b=c" }}yes{{ else }}no{{ end }}', () => ({}))).toBe('no')
  })

  it('with a parameter that is none fails without showing it', async () => {
    const failed = render(`{{ secret "a" "b=c" "${canary('parameter')}" }}`)
    await expect(failed).rejects.toThrow('x:1:4: secret: parameter 2 is not written "name=value"')
    await expect(failed).rejects.not.toThrow(/canary/)
  })
})

describe('pkiCert', () => {
  const block = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`
  const [certificate, root, middle] = ['AAAA', 'BBBB', 'CCCC'].map(body => block('CERTIFICATE', body))
  const key = block('EC PRIVATE KEY', 'DDDD')
  const parts = async (
    data: object,
    shown = '{{ .Cert }}|{{ .Key }}|{{ .CA }}|{{ .CAChain | len }}|{{ range .CAChain }}{{ . }}{{ end }}',
  ) =>
    String(
      await contentOf(`{{ with pkiCert "pki/issue/web" "common_name=a" }}${shown}{{ end }}`, () => ({
        data,
      })),
    )
      .replaceAll('-----', '')
      .replaceAll(/(BEGIN|END) [A-Z ]+\n/g, '')

  it('gives certificate, key, authority and chain, each with a newline at its end', async () => {
    const data = {
      certificate,
      private_key: key,
      issuing_ca: middle,
      ca_chain: [middle, root],
      serial_number: '1',
    }
    expect(await parts(data)).toBe('AAAA\n|DDDD\n|CCCC\n|2|CCCC\nBBBB\n')
    expect(await parts(data, '{{ .Data.Cert }}{{ .Data.Key }}{{ .Data.CA }}{{ len .Data.CAChain }}')).toBe(
      'AAAA\nDDDD\nCCCC\n2',
    )
  })

  it('has the authority as its chain where the server answers none', async () => {
    expect(await parts({ certificate, private_key: key, issuing_ca: root })).toBe(
      'AAAA\n|DDDD\n|BBBB\n|1|BBBB\n',
    )
    expect(await parts({ certificate })).toBe('AAAA\n|||0|')
  })

  it('takes a bundle apart', async () => {
    const bundle = [key, certificate, middle, root].join('\n')
    expect(await parts({ certificate: bundle, issuing_ca: middle, ca_chain: [middle, root] })).toBe(
      'AAAA\n|DDDD\n|CCCC\n|2|CCCC\nBBBB\n',
    )
  })

  it('breaks lines as every PEM has them', async () => {
    const long = block('CERTIFICATE', 'A'.repeat(100))
    expect(await parts({ certificate: long }, '{{ .Cert }}')).toBe(`${'A'.repeat(64)}\n${'A'.repeat(36)}\n`)
  })

  it('fails where the answer holds no certificate in PEM, without showing what it holds', async () => {
    const failed = parts({ certificate: canary('der'), private_key: canary('key') })
    await expect(failed).rejects.toThrow(RenderError)
    await expect(failed).rejects.toThrow('pkiCert: the answer holds no certificate in PEM')
    await expect(failed).rejects.not.toThrow(/canary/)
  })
})

describe('a write rendered offline', () => {
  const secretsJson = JSON.stringify({
    'pki/issue/web common_name=app.example.com alt_names=a, b ttl=24h': { data: { certificate: 'given' } },
    'pki/issue/web': { data: { certificate: 'read' } },
  })
  const offline = (text: string) => renderOffline({ text, name: 'x', secretsJson })

  it('is answered under its path and parameters', async () => {
    const text =
      '{{ (secret "pki/issue/web" "ttl=24h" "alt_names=a, b" "common_name=app.example.com").Data.certificate }}'
    expect(await offline(text)).toBe('given')
    expect(await offline('{{ (secret "pki/issue/web").Data.certificate }}')).toBe('read')
  })

  it('is named without its parameters where it is not given', async () => {
    await expect(offline('{{ with secret "pki/issue/web" "ttl=1h" }}{{ end }}')).rejects.toThrow(
      'the template asks for "pki/issue/web" with parameters, which the given secrets do not hold',
    )
  })
})
