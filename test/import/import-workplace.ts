import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openDevStore } from '../../src/dev-store/dev-store.ts'
import { askStore } from '../support/ask-store.ts'
import { authorityPem } from '../support/certificates.ts'
import { runCommandLine } from '../support/command-line.ts'
import { signJwt } from '../support/sign-jwt.ts'
import { createTmpfsDirectory } from '../support/tmpfs-directory.ts'
import { fixtureText } from './import-fixture.ts'

const policy = `
path "secret/*" { capabilities = ["read", "list"] }
path "pki/issue/app" { capabilities = ["update"] }`

const secrets = {
  'secret/app/db': { username: 'app', password: 'p"w & <$x>', port: 5432 },
  'secret/app/mail': { user: 'mäil', password: 'm@il\nnext' },
  'secret/app/proxy': { host: '10.0.0.1', port: 8080 },
}

/**
 * A store that lets in whom the fixtures log in as, their credentials, and the fixtures themselves with /etc/vault and
 * /run/secrets below a directory of the test.
 */
export async function openImportWorkplace() {
  const directory = createTmpfsDirectory()
  onTestFinished(() => directory[Symbol.dispose]())
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const store = await openDevStore({ seed: seedWith(publicKey) })
  onTestFinished(() => store.close())
  const configured = join(directory.path, 'etc')
  const published = join(directory.path, 'run')
  mkdirSync(configured)
  mkdirSync(published, { mode: 0o711 })

  const write = (name: string, content: string) =>
    writeFileSync(join(configured, name), content, { mode: 0o600 })
  const { body } = await askStore(store, 'POST auth/token/create', { body: { policies: ['app'], ttl: '1h' } })
  write('ca.pem', authorityPem)
  write('role_id', 'the-role-id')
  write('secret_id', 'the-secret-id')
  write('token', body.auth.client_token)
  write('jwt', signJwt(claims({ sub: 'app', aud: 'keyturn' }), privateKey))
  write('service_account', signJwt(claims(serviceAccount), privateKey))
  write('db.env.ctmpl', fixtureText('db.env.ctmpl'))

  const moved = (text: string) =>
    text
      .replaceAll('https://vault.example.com:8200', store.address)
      .replaceAll('/etc/vault', configured)
      .replaceAll('/run/secrets', published)
  const keyturn = (...args: string[]) => runCommandLine(args, { directory: configured })
  return {
    /** Imports fixtures and triples, and publishes what they ask for. */
    async publish(...args: string[]) {
      for (const name of args.filter(name => /\.(hcl|json)$/.test(name)))
        write(name, moved(fixtureText(name)))
      const imported = await keyturn('import', '--output-dir', 'imported', ...args.map(moved))
      const configuration = join(configured, 'imported/keyturn.yaml')
      writeFileSync(configuration, moved(readFileSync(configuration, 'utf8')))
      const once = await keyturn('once', '--config', 'imported/keyturn.yaml', '--log-format', 'json')
      return { imported, once }
    },
    file: (name: string) => readFileSync(join(published, name), 'utf8'),
    mode: (name: string) => (statSync(join(published, name)).mode & 0o777).toString(8),
  }
}

function seedWith(publicKey: KeyObject) {
  const key = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return {
    auth: { 'cluster-1': { type: 'kubernetes' }, jwt: { type: 'jwt' } },
    mounts: { pki: { type: 'pki' } },
    policies: { app: policy },
    kv: secrets,
    approle: { app: { role_id: 'the-role-id', secret_id: 'the-secret-id', token_policies: 'app' } },
    writes: {
      'auth/jwt/config': { jwt_validation_pubkeys: [key] },
      'auth/jwt/role/app': {
        role_type: 'jwt',
        user_claim: 'sub',
        bound_audiences: ['keyturn'],
        token_policies: ['app'],
      },
      'auth/cluster-1/config': {
        kubernetes_host: 'https://cluster',
        pem_keys: [key],
        disable_iss_validation: true,
      },
      'auth/cluster-1/role/app': {
        bound_service_account_names: 'my-api',
        bound_service_account_namespaces: 'prod',
        token_policies: 'app',
      },
      'pki/root/generate/internal': { common_name: 'the authority', ttl: '87600h' },
      'pki/roles/app': { allowed_domains: 'example.com', allow_subdomains: true, key_type: 'ec' },
    },
  }
}

const serviceAccount = {
  iss: 'https://kubernetes.default.svc',
  sub: 'system:serviceaccount:prod:my-api',
  'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'my-api', uid: 'u-1' } },
}

function claims(own: object) {
  const now = Math.floor(Date.now() / 1_000)
  return { iat: now, nbf: now, exp: now + 600, ...own }
}
