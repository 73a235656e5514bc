/** The few calls of Vault's API that the demo makes as an operator would. */
export interface StoreClient {
  /** Writes a new version of the secret. */
  rotate(password: string): Promise<void>
  /** Writes any secret of the mount. */
  write(path: string, data: Record<string, string>): Promise<void>
  /** AppRole, a policy that may read, and a role; answers what the agent logs in with. */
  prepare(password: string): Promise<{ roleId: string; secretId: string }>
}

const policy = 'path "secret/data/*" { capabilities = ["read"] }'

export function createStoreClient(address: string, token: string): StoreClient {
  async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`the store answered ${response.status} to ${method} ${path}`)
    const text = await response.text()
    return text === '' ? {} : ((JSON.parse(text) as { data?: Record<string, unknown> }).data ?? {})
  }

  const write = async (path: string, data: Record<string, string>) => {
    await call('POST', `secret/data/${path}`, { data })
  }
  const rotate = (password: string) => write('my-api/db', { username: 'my-api', password })
  return {
    write,
    rotate,
    async prepare(password) {
      await rotate(password)
      await call('POST', 'sys/auth/approle', { type: 'approle' })
      await call('POST', 'sys/policies/acl/my-api', { policy })
      await call('POST', 'auth/approle/role/my-api', { token_policies: 'my-api', token_ttl: '20m' })
      const { role_id: roleId } = await call('GET', 'auth/approle/role/my-api/role-id')
      const { secret_id: secretId } = await call('POST', 'auth/approle/role/my-api/secret-id')
      return { roleId: String(roleId), secretId: String(secretId) }
    },
  }
}
