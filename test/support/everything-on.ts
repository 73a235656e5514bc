import { join } from 'node:path'
import type { Workplace } from './agent-process.ts'

export interface EverythingEnds {
  /** Of the Vault server. */
  readonly address: string
  readonly hookAddress: string
  readonly metricsPort: number
}

/** A configuration of all kinds of outputs and notifiers, and further outputs. Its hooks write what they see to `told` and `validated`. */
export function everythingOn(
  place: Workplace,
  { address, hookAddress, metricsPort }: EverythingEnds,
  outputs = '',
): string {
  const tell = place.write('tell.sh', seenTo(join(place.directory, 'told')), 0o755)
  const validate = place.write('validate.sh', seenTo(join(place.directory, 'validated')), 0o755)
  const file = (name: string) => join(place.secrets, name)
  return `
providers:
  vault:
    address: "${address}"
    auth: { method: approle, role_id_file: role_id, secret_id_file: secret_id }
secrets:
  db: { from: "vault:secret/app/db", refresh: 1s }
  faulty: { from: "vault:secret/app/faulty", refresh: 1h }
  legacy: { from: "file:${join(place.directory, 'legacy')}" }
outputs:
  ${file('password')}: { value: db.password, validate: ["${validate}", "{path}"] }
  ${file('legacy')}: { value: legacy }
  ${file('faulty')}: { value: faulty.value }
  ${file('env')}: { secret: db, format: dotenv }
  ${file('tls/')}: { files: { cert.pem: { value: db.cert }, key.pem: { value: db.key } }, validate: pem }
  ${file('decrypted')}: { contents: '{{ with secret "transit/decrypt/app" (print "ciphertext=" .db.ciphertext) }}{{ .Data.plaintext }}{{ end }}' }
  ${file('issued')}: { contents: '{{ with pkiCert "pki/issue/web" "common_name=app.example.com" "ttl=10m" }}{{ .Key }}{{ end }}' }
${outputs}
defaults: { owner: ${process.getuid?.()}, group: ${process.getgid?.()} }
reload:
  - { webhook: "${hookAddress}", secret_file: webhook_key, first: true }
  - { webhook: "${hookAddress}/refused", secret_file: webhook_key, first: true }
  - { command: ["${tell}"] }
  - { command: ["/bin/false"] }
listen: 127.0.0.1:${metricsPort}
start_timeout: 2s
`
}

/** A program that shows what it was started with. */
function seenTo(path: string): string {
  return `#!/bin/sh\ncat /proc/$$/environ /proc/$$/cmdline /proc/self/environ >> ${path}\nset >> ${path}\n`
}

export const failingTemplates = [
  '{{ .db.password | parseInt }}',
  '{{ index .db.password 1 2 }}',
  '{{ sprig_fail .db.password }}',
  '{{ printf "%d" .db.password | parseJSON }}',
]

/** `bad-N` cannot be rendered, `written` not be had, and three others are not valid. */
export function failingOutputs({ secrets }: Workplace): string {
  const outputs = {
    ...Object.fromEntries(
      failingTemplates.map((template, n) => [`bad-${n}`, `{ contents: '${template}' }`] as const),
    ),
    written: `{ contents: '{{ with secret "secret/data/app/other" (print "password=" .db.password) }}{{ .Data.version }}{{ end }}' }`,
    refused: '{ value: db.password, validate: json }',
    printed: '{ value: db.password, validate: ["/bin/sh", "-c", "cat $0; cat $0 >&2; exit 1", "{path}"] }',
    'pair/': '{ files: { a: { value: db.password }, b: { value: db.cert } }, validate: pem }',
  }
  return Object.entries(outputs)
    .map(([name, output]) => `  ${join(secrets, name)}: ${output}`)
    .join('\n')
}

/** What somebody might write who puts a credential into the configuration, or mistypes a line beside it. */
export function mistakenConfigurations(good: string, credential: string): string[] {
  return [
    `${good}\ntoken: ${credential}`,
    `${good}\npassword: "${credential}`,
    `${good}\n  - [`.replace('role_id_file:', `password: ${credential}\n    role_id_file:`),
    good.replace('secret_id_file: secret_id', `secret_id: ${credential}`),
    good.replace('secret_id_file: secret_id', `secret_id_fil: ${credential}`),
    good.replace(/address: "http:../, `$&me:${credential}@`),
  ]
}
