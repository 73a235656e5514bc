import { describe, expect, it } from 'vitest'
import { load } from './load.ts'
import { say } from './say.ts'

const outputs = 'outputs: { /run/secrets/a: { value: "file:/etc/a" } }\n'

/** What is said of a configuration whose only output is well. */
function problems(text: string): string[] {
  return say(load(outputs + text).problems)
}

describe('the structure of a configuration', () => {
  it('refuses unknown keys, with the key that was probably meant', () => {
    expect(problems('setle: 1s\nlog: { levle: info }\n')).toEqual([
      '2:1 unknown key "setle" (did you mean "settle"?)',
      '3:8 unknown key "levle" (did you mean "level"?)',
    ])
  })

  it('lists the keys that are known where none is near', () => {
    expect(problems('defaults: { shape: round }\n')).toEqual([
      '2:13 unknown key "shape" (known here: owner, group, mode)',
    ])
  })

  it('treats keys of features that do not exist as unknown', () => {
    expect(problems('audit: {}\n')[0]).toMatch(/^2:1 unknown key "audit" \(known here: providers, secrets, /)
  })

  it('refuses bare numbers where a unit is needed', () => {
    expect(problems('settle: 100\nstart_timeout: "60"\n')).toEqual([
      '2:9 100 has no unit (write a number and a unit, such as 30s or 5m)',
      '3:16 "60" is not a duration (write a number and a unit, such as 30s, 5m or 1h30m)',
    ])
    expect(problems('providers: { aws: { max_response_size: 1000, refresh: 0s } }\n')).toEqual([
      '2:40 1000 has no unit (write a number and a unit, such as 512KiB or 1MiB)',
      '2:55 "0s" is too short (write a duration above zero)',
    ])
  })

  it('refuses owners and groups that are names, and modes that are none', () => {
    expect(problems('defaults: { owner: app, group: -1, mode: 0999 }\n')).toEqual([
      '2:20 "app" is not a number (owner and group are numbers, because names differ between containers)',
      '2:32 -1 is too small (write at least 0)',
      '2:42 "0999" is not a mode (write octal permission bits, such as 0400 or 0440)',
    ])
  })

  it('names the choices where there are few', () => {
    expect(problems('log: { level: inf }\nreload: [{ signal: HUP, process: app }]\n')).toEqual([
      '2:15 "inf" is not one of debug, info, warn, error (did you mean "info"?)',
      '3:20 "HUP" is not one of SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH',
    ])
  })

  it('says what is missing, at what misses it', () => {
    expect(problems('providers:\n  vault: { auth: { role: a } }\nsecrets: { db: {} }\n')).toEqual([
      '3:3 "address" is missing',
      '3:12 "method" is missing (write one of approle, jwt, kubernetes, cert, token_file)',
      '4:12 "from" is missing',
    ])
    expect(say(load('log: {}\n').problems)).toEqual(['1:1 "outputs" is missing'])
  })

  it('takes the name of a provider for its type', () => {
    expect(problems('providers:\n  main: { region: a }\n  vualt: {}\n')).toEqual([
      '3:3 "main" is not one of vault, aws, file (say of which kind it is by "type")',
      '4:3 "vualt" is not one of vault, aws, file (did you mean "vault"?)',
    ])
    expect(problems('providers: { main: { type: aws }, aws: }\n')).toEqual([])
  })

  it('judges an entry by the kind that it was probably meant to be', () => {
    const reload =
      'reload:\n  - { signal: SIGHUP, proces: a }\n  - { webhook: "http://a", timeout: 3 }\n  - { comand: [a] }\n'
    expect(problems(reload)).toEqual([
      '3:23 unknown key "proces" (did you mean "process"?)',
      '4:37 3 has no unit (write a number and a unit, such as 30s or 5m)',
      '5:7 unknown key "comand" (did you mean "command"?)',
    ])
  })

  it('says how a value is written that has the wrong shape', () => {
    const text = 'secrets: { db: 5 }\nreload: [nginx, { command: nginx -s reload }]\nlog:\ndefaults: [1]\n'
    expect(problems(text)).toEqual([
      '2:16 a secret is a reference (write it like vault:secret/my-api/db, or { from: vault:secret/my-api/db })',
      '3:10 an entry of reload is a mapping (write it like { signal: SIGHUP, process: nginx })',
      '3:28 a program is a list of arguments (write it like ["nginx", "-t"]; no shell reads it)',
      '4:5 nothing is written here',
      '5:11 a list is not a mapping',
    ])
    const written =
      'outputs:\n  /run/a: db.password\n  /run/b: { value: "file:/b", validate: nginx -t }\n  /run/c: { contents: 5 }\n'
    expect(say(load(written).problems)).toEqual([
      '2:11 "db.password" is not a mapping (write it like { value: db.password })',
      '3:41 "nginx -t" is no way to validate (write json, yaml, toml, pem, or a program as a list of its arguments)',
      '4:23 5 is not a text (put it in quotes)',
    ])
  })

  it('refuses names that references could not use', () => {
    expect(problems('secrets: { 1db: "file:/a" }\nproviders: { "a b": { type: aws } }\n')).toEqual([
      '2:12 this is not a name for a secret (write letters, digits, "_" and "-", with a letter first)',
      '3:14 this is not a name for a provider (write letters, digits, "_" and "-", with a letter first)',
    ])
  })

  it('refuses literal credentials with a hint, and never shows them', () => {
    const text = `providers:
  vault:
    address: https://me:canary@vault.example
    auth: { method: approle, role_id: a, secret_id: canary }
  two: { type: vault, address: "https://a", auth: { method: token_file, token: canary } }
  aws: { access_key_id: canary, secret_access_key: canary }
reload:
  - { webhook: "https://a", secret: canary }
`
    const { problems: found } = load(outputs + text)
    expect(say(found)).toEqual([
      '4:14 the URL holds a credential, which does not belong in a configuration (remove the part before "@")',
      '5:42 "secret_id" would put a credential into the configuration (put it into a file and write its path as "secret_id_file")',
      '6:73 "token" would put a credential into the configuration (put it into a file and write its path as "token_file")',
      '7:10 "access_key_id" would put a credential into the configuration (give the agent a role, a profile, or the standard AWS_* variables)',
      '7:33 "secret_access_key" would put a credential into the configuration (give the agent a role, a profile, or the standard AWS_* variables)',
      '9:29 "secret" would put a credential into the configuration (put it into a file and write its path as "secret_file")',
    ])
    expect(JSON.stringify(found)).not.toContain('canary')
    expect(JSON.stringify(found)).toContain('https://*********@vault.example')
  })

  it('goes on with what is well, so that all mistakes are found at once', () => {
    const text = `settle: 5
secrets: { db: { form: "vault:a" }, other: "nowhere:a" }
outputs:
  /run/a: { value: db.x, moed: 0400 }
  /run/b: { value: none.x, colour: red }
  /run/c: { value: 5 }
reload:
  - { signal: SIGHUP, proces: a }
  - { command: [absent] }
`
    expect(say(load(text).problems)).toEqual([
      '1:9 5 has no unit (write a number and a unit, such as 30s or 5m)',
      '2:18 unknown key "form" (did you mean "from"?)',
      '2:44 there is no provider "nowhere" (declare it under providers)',
      '4:26 unknown key "moed" (did you mean "mode"?)',
      '5:20 there is no secret "none" (declare it under secrets; there are db, other)',
      '5:28 unknown key "colour" (known here: value, secret, format, template, contents, delimiters, error_on_missing_key, owner, group, mode, allow_world_access, validate, files)',
      '6:20 5 is not a text (put it in quotes)',
      '8:23 unknown key "proces" (did you mean "process"?)',
      '9:17 there is no program "absent" (programs run in the container of the agent, without a shell)',
    ])
  })
})
