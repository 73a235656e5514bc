import type { Report } from './report.ts'

/** Variables that the agents read beside their configuration, and what they are in keyturn's. */
const variables: Readonly<Record<string, string>> = {
  NAMESPACE: 'namespace',
  CACERT: 'tls.ca_file',
  CAPATH: 'tls.ca_dir',
  CLIENT_CERT: 'tls.cert_file',
  CLIENT_KEY: 'tls.key_file',
  TLS_SERVER_NAME: 'tls.server_name',
  SKIP_VERIFY: 'tls.skip_verify',
  CLIENT_TIMEOUT: 'timeout',
}

/** Lists those that are set here: with a configuration keyturn reads none of them. */
export function listVariables(
  environment: Readonly<Record<string, string | undefined>>,
  report: Report,
): void {
  for (const [name, key] of Object.entries(variables)) {
    for (const variable of [`VAULT_${name}`, `BAO_${name}`]) {
      if (!environment[variable]) continue
      report.todo(
        { file: variable, line: undefined },
        'environment',
        `it is set here, and beside a configuration keyturn does not read it: if the agent had it, write "providers.vault.${key}"`,
      )
    }
  }
}
