import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RenderedOutput } from '../../src/core/output.ts'
import { validateOutput } from '../../src/publish/validate.ts'
import { canary } from '../support/canary.ts'
import { certificatePem, pem, privateKeyPem } from '../support/key-pair.ts'
import { renderedDirectory, renderedFile } from '../support/rendered-outputs.ts'
import { createTmpfsDirectory, type TmpfsDirectory } from '../support/tmpfs-directory.ts'

const never = new AbortController().signal
const path = '/run/secrets/out'
const secret = canary('validate')

/** What is wrong with an output, or undefined; never shows what it holds. */
async function problem(
  { output, contents }: RenderedOutput,
  staged = '/nowhere',
): Promise<string | undefined> {
  try {
    await validateOutput({ output, contents, path: staged }, never)
    return undefined
  } catch (error) {
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY })).not.toContain(secret)
    expect(error).toMatchObject({ name: 'PublishError' })
    return error instanceof Error ? error.message : undefined
  }
}

describe.each([
  ['json', `{"a": ["${secret}"]}`, `{"a": "${secret}`, 'not valid JSON at offset 6'],
  ['yaml', `a: [${secret}]\n---\nb: 1`, `a: 1\n${secret}: [\n`, 'bad_indent at line 3, column 1'],
  ['toml', `a = "${secret}"`, `a = 1\nb = ${secret}`, 'line 2, column 5'],
] as const)('the built-in check for %s', (builtin, good, bad, where) => {
  const options = { outputValidate: { builtin } }

  it('accepts what parses', async () => {
    expect(await problem(renderedFile(path, good, options))).toBeUndefined()
  })

  it('names the place of what does not, and nothing of it', async () => {
    const found = await problem(renderedFile(path, bad, options))
    expect(found).toBe(`"${path}" is not valid ${builtin}: ${where}`)
  })

  it('looks at every file of a directory', async () => {
    expect(await problem(renderedDirectory(path, { a: good, b: bad }, options))).toContain(where)
  })

  it('names the file where it is one file’s check', async () => {
    const found = await problem(renderedDirectory(path, { a: bad }, { validate: { builtin } }))
    expect(found).toContain(`"${path}/a" is not valid ${builtin}`)
  })

  it('refuses what is not UTF-8', async () => {
    const { output } = renderedFile(path, '', options)
    const rendered = { output, contents: [Buffer.from([0x22, 0xff, 0x22])], versions: {} }
    expect(await problem(rendered)).toBe(`"${path}" is not valid ${builtin}: not UTF-8`)
  })
})

describe('the built-in check for pem', () => {
  const options = { outputValidate: { builtin: 'pem' } } as const
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const otherKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const encrypted = privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'test' })
    .toString()
  const inDirectory = (contents: Record<string, string>) =>
    problem(renderedDirectory(path, contents, options))
  const inFile = (content: string) => problem(renderedFile(path, content, options))

  it('accepts a key that fits its certificate, in two files or in one', async () => {
    expect(await inDirectory({ 'cert.pem': certificatePem, 'key.pem': privateKeyPem })).toBeUndefined()
    expect(await inFile(privateKeyPem + certificatePem)).toBeUndefined()
  })

  it('accepts a certificate or a key alone in one file', async () => {
    expect(await inFile(certificatePem)).toBeUndefined()
    expect(await inFile(privateKeyPem)).toBeUndefined()
  })

  it('refuses a key that does not fit', async () => {
    const message = `"${path}" is not valid pem: the private key does not fit the certificate`
    expect(await inDirectory({ 'cert.pem': certificatePem, 'key.pem': otherKey })).toBe(message)
    expect(await inFile(otherKey + certificatePem)).toBe(message)
  })

  it('refuses a directory without a key or without a certificate', async () => {
    expect(await inDirectory({ 'cert.pem': certificatePem, 'key.pem': '' })).toContain(
      'it holds no private key',
    )
    expect(await inDirectory({ 'cert.pem': '', 'key.pem': privateKeyPem })).toContain(
      'it holds no certificate',
    )
    expect(await inFile(secret)).toContain('it holds no certificate')
  })

  it('refuses what cannot be parsed, and an encrypted key', async () => {
    expect(await inFile(pem('CERTIFICATE', secret))).toContain('a certificate cannot be parsed')
    expect(await inFile(pem('PRIVATE KEY', secret))).toContain('the private key cannot be parsed')
    expect(await inFile(encrypted)).toContain('the private key is encrypted')
  })
})

describe('a program that validates', () => {
  let target: TmpfsDirectory

  beforeEach(() => {
    target = createTmpfsDirectory()
  })

  afterEach(() => target[Symbol.dispose]())

  const by = (...command: string[]) => ({ outputValidate: { command, timeoutMs: 10_000 } })

  it('is given the staged path, and accepts with exit code 0', async () => {
    const staged = join(target.path, '7-out')
    writeFileSync(staged, secret)
    const command = ['/bin/cp', '{path}', join(target.path, 'seen')]
    expect(await problem(renderedFile(path, secret, by(...command)), staged)).toBeUndefined()
    expect(readFileSync(join(target.path, 'seen'), 'utf8')).toBe(secret)
  })

  it('refuses with any other, and what it prints is not shown', async () => {
    const options = by('/bin/sh', '-c', `echo ${secret}; exit 3`)
    expect(await problem(renderedFile(path, secret, options))).toBe(
      `"${path}" is not valid: "/bin/sh" ended with exit code 3`,
    )
  })

  it('that hangs is killed and counts as refused', async () => {
    const options = { outputValidate: { command: ['/bin/sleep', '60'], timeoutMs: 100 } }
    expect(await problem(renderedFile(path, secret, options))).toBe(
      `"${path}" is not valid: "/bin/sleep" did not end within 100ms`,
    )
  })

  it('that does not exist is named', async () => {
    expect(await problem(renderedFile(path, secret, by('/no/such/program', '{path}')))).toBe(
      `"${path}" cannot be validated: program "/no/such/program" cannot be started (ENOENT)`,
    )
  })
})
