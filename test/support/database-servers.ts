import { findPostgres, type Postgres, type PostgresConnection, startPostgres } from './postgres.ts'
import { type VaultServer, type VaultServerKind, vaultServerKinds } from './vault-servers.ts'

/** A server with a database engine at `database/`: of a real server over a real PostgreSQL, of the embedded store over none. */
export interface DatabaseServer extends AsyncDisposable {
  readonly vault: VaultServer
  /** Undefined for the embedded store. */
  readonly postgres: Postgres | undefined
  /** A role of `database/creds/`, in seconds. */
  writeRole(name: string, times: { default_ttl: string; max_ttl: string }): Promise<void>
  /** A role of `database/static-creds/`, whose user is made where there is a database. */
  writeStaticRole(name: string, rotation: object): Promise<void>
  /** What an application does with a credential: connects to the database, or asks whether its lease is alive. */
  connect(credential: Credential): PostgresConnection
  /** The leases of a role that are alive. */
  livingLeases(role: string): Promise<readonly string[]>
}

export interface Credential {
  readonly username: string
  readonly password: string
  readonly leaseId: string
}

export interface DatabaseServerKind {
  readonly name: string
  readonly embedded: boolean
  start(): Promise<DatabaseServer>
}

/** As vaultServerKinds; a real server only where PostgreSQL is installed too, and says so by name where it is not. */
export function databaseServerKinds(): DatabaseServerKind[] {
  const programs = findPostgres()
  return vaultServerKinds().flatMap((kind): DatabaseServerKind[] => {
    if (kind.embedded) return [{ name: kind.name, embedded: true, start: () => start(kind, undefined) }]
    if (programs === undefined) {
      console.log(`leases of ${kind.name} are not tested: no PostgreSQL (apt-get install postgresql)`)
      return []
    }
    const name = `${kind.name} with PostgreSQL`
    return [{ name, embedded: false, start: async () => start(kind, await startPostgres(programs)) }]
  })
}

async function start(kind: VaultServerKind, postgres: Postgres | undefined): Promise<DatabaseServer> {
  const vault = await kind.start()
  await vault.call('POST', 'sys/mounts/database', { type: 'database' })
  await vault.call('POST', 'database/config/main', {
    plugin_name: 'postgresql-database-plugin',
    allowed_roles: '*',
    connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${postgres?.port}/postgres?sslmode=disable`,
    username: postgres?.user,
    password: postgres?.password,
  })
  const livingLeases = (role: string) =>
    vault.call('GET', `sys/leases/lookup/database/creds/${role}?list=true`).then(
      answer => Object(answer).data.keys as string[],
      () => [],
    )
  return {
    vault,
    postgres,
    livingLeases,
    async writeRole(name, times) {
      await vault.call('POST', `database/roles/${name}`, {
        db_name: 'main',
        creation_statements: [
          `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';`,
        ],
        ...times,
      })
    },
    async writeStaticRole(name, rotation) {
      postgres?.run(`create role "${name}" login`)
      await vault.call('POST', `database/static-roles/${name}`, {
        db_name: 'main',
        username: name,
        ...rotation,
      })
    },
    connect(credential) {
      if (postgres !== undefined) return postgres.connect(credential.username, credential.password)
      return {
        query: async () => {
          await vault.call('PUT', 'sys/leases/lookup', { lease_id: credential.leaseId })
        },
        [Symbol.dispose]: () => undefined,
      }
    },
    async [Symbol.asyncDispose]() {
      await vault[Symbol.asyncDispose]()
      await postgres?.[Symbol.asyncDispose]()
    },
  }
}
