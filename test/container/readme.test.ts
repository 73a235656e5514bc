import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unusedName } from '../support/containers.ts'
import { compose, docker } from '../support/docker.ts'
import { nodeImage, testImage } from '../support/images.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('the compose file in the README', () => {
  const directory = mkdtempSync(join(tmpdir(), 'keyturn-test-'))
  const project = unusedName('readme')
  const application = `${project}-api`
  const run = (...args: string[]) =>
    compose(['-f', 'compose.yml', '-f', 'store.json', '-p', project, ...args], {
      cwd: directory,
      timeoutMs: 180_000,
    })

  beforeAll(async () => {
    const [composeFile = '', configuration = ''] = yamlBlocks(readFileSync(join(root, 'README.md'), 'utf8'))
    // What a reader replaces by their own: the image, here with the example's application, and the address of Vault.
    writeFileSync(
      join(directory, 'compose.yml'),
      replaced(replaced(composeFile, 'image: my-api', `image: ${application}`), 'keyturn:latest', testImage),
    )
    writeFileSync(
      join(directory, 'keyturn.yaml'),
      replaced(configuration, 'https://vault.example.com:8200', 'http://store:8200'),
    )
    mkdirSync(join(directory, 'bootstrap'))
    cpSync(join(root, 'examples/bootstrap'), join(directory, 'bootstrap'), { recursive: true })
    const store = {
      image: testImage,
      command: ['dev-store', '--listen', '0.0.0.0:8200', '--seed', '/seed.json'],
    }
    const volumes = [`${root}/examples/dev-store.json:/seed.json:ro`]
    writeFileSync(
      join(directory, 'store.json'),
      JSON.stringify({ services: { store: { ...store, volumes } } }),
    )
    spawnSync('docker', ['build', '--tag', application, '--file', '-', join(root, 'examples/application')], {
      input: `FROM ${nodeImage()}\nCOPY server.js /server.mjs\nUSER 10001\nCMD ["node", "/server.mjs"]\n`,
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    })
    await run('up', '-d')
  })
  afterAll(async () => {
    await run('down', '--volumes', '--timeout', '1')
    await docker(['rmi', '--force', application])
    rmSync(directory, { recursive: true })
  })

  it('brings the password to the application, which starts once it is there', async () => {
    const script = "fetch('http://127.0.0.1:8080').then(r => r.text()).then(console.log)"
    const answer = await docker(['exec', await run('ps', '-q', 'app'), 'node', '-e', script])
    expect(JSON.parse(answer)).toMatchObject({
      uid: 10_001,
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
    })
  })
})

function yamlBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```yaml\n(.*?)^```$/gms)].flatMap(([, block]) => block ?? [])
}

function replaced(text: string, what: string, by: string): string {
  if (!text.includes(what)) throw new Error(`the README says nothing of "${what}"`)
  return text.replace(what, by)
}
