import { describe, expect, it } from 'vitest'
import { load } from './load.ts'
import { say } from './say.ts'

function problems(text: string): string[] {
  return say(load(text).problems)
}

const vault =
  'providers: { vault: { address: "https://v", auth: { method: token_file, token_file: /t } }, aws: {} }\n'

describe('what check finds beyond the structure', () => {
  it('world permission bits that are not allowed by name', () => {
    const text = `defaults: { mode: 0444 }
outputs:
  /run/a: { value: "file:/a" }
  /run/b: { value: "file:/b", mode: "0644" }
  /run/c: { value: "file:/c", allow_world_access: true }
  /run/d/: { files: { e: { value: "file:/e" } } }
  /run/f/: { allow_world_access: true, files: { g: { value: "file:/g" } } }
`
    const hint = '(write a mode that ends in 0, or allow_world_access: true on this output)'
    expect(problems(text)).toEqual([
      `1:19 mode 0444 gives every user access to "/run/a" ${hint}`,
      `1:19 mode 0444 gives every user access to "/run/d/e" ${hint}`,
      `4:37 mode 0644 gives every user access to "/run/b" ${hint}`,
    ])
  })

  it('two outputs at one path, and one inside another', () => {
    const text = `outputs:
  /run/a: { value: "file:/a" }
  /run//a: { value: "file:/a" }
  /run/d/: { files: { b: { value: "file:/b" } } }
  /run/d/b: { value: "file:/b" }
  /run/a/c: { value: "file:/c" }
`
    const hint = '(an output is published as a whole; make it one of the files of the other, or move it)'
    expect(problems(text)).toEqual([
      '3:3 "/run//a" and "/run/a" are one path (keep one of the two)',
      `5:3 "/run/d/b" lies inside the output "/run/d/" ${hint}`,
      `6:3 "/run/a/c" lies inside the output "/run/a" ${hint}`,
    ])
    expect(problems('outputs:\n  /a: { value: "file:/a" }\n  /a: { value: "file:/b" }\n')).toEqual([
      '3:3 this key is there twice (each key may stand once in its mapping)',
    ])
  })

  it('an output inside the state directory', () => {
    for (const keep of ['/run/s', '/run/s/keep', '/run', '/run/s/.keyturn']) {
      expect(
        problems(`state: { keep: ${keep} }\noutputs: { /run/s/a: { value: "file:/a" } }\n`),
        keep,
      ).toEqual([
        expect.stringMatching(/^1:16 ".*" lies where applications find their outputs \(.*another tmpfs/),
      ])
    }
    expect(problems('state: { keep: /run/keep }\noutputs: { /run/s/a: { value: "file:/a" } }\n')).toEqual([])
    expect(problems('state_dir: /run/k\noutputs: { /run/k/a: { value: "file:/a" } }\n')).toEqual([
      `2:12 "/run/k/a" lies inside the agent's state directory "/run/k" (move it, or set state_dir)`,
    ])
  })

  it('a secret that nothing uses, but not while an output is broken that may use it', () => {
    const text = 'secrets: { a: "file:/a", b: "file:/b" }\noutputs: { /run/a: { value: a } '
    expect(problems(`${text}}\n`)).toEqual([
      '1:26 the secret "b" is not used (use it in an output, or remove it)',
    ])
    expect(problems(`${text}, /run/b: { value: 5 } }\n`)).toEqual(['2:52 5 is not a text (put it in quotes)'])
  })

  it('undeclared providers and secrets', () => {
    const text = `${vault}secrets: { db: "vualt:secret/db" }
outputs:
  /run/a: { value: bd.password }
  /run/b: { secret: db, format: json }
  /run/c: { value: "gcp:a#b" }
  /run/d: { value: "vault:" }
`
    expect(problems(text)).toEqual([
      '2:16 there is no provider "vualt" (did you mean "vault"?)',
      '4:20 there is no secret "bd" (did you mean "db"?)',
      '6:20 there is no provider "gcp" (declare it under providers)',
      '7:20 "vault:" is not a reference (write provider:path, then ?version=N or ?stage=S and #field where needed, such as vault:secret/my-api/db#password)',
    ])
  })

  it('references that their provider could not answer', () => {
    const text = `${vault}secrets: { a: "vault:a#b" }
outputs:
  /run/a: { value: a.b }
  /run/b: { value: "vault:a?stage=x" }
  /run/c: { value: "vault:a?version=x" }
  /run/d: { value: "file:/a?version=1" }
  /run/e: { value: "aws:a?stage=AWSPENDING" }
`
    expect(problems(text)).toEqual([
      '2:15 a declared secret is a whole secret, not one field (leave out "#b" here and write a.b where it is used)',
      '5:20 a secret of type vault cannot be asked for by "?stage="',
      '6:20 "x" is not the number of a version',
      '7:20 a secret of type file cannot be asked for by "?version="',
    ])
  })

  it('programs that do not exist', () => {
    const text = `outputs:
  /run/a: { value: "file:/a", validate: [nginx, -t] }
  /run/b: { value: "file:/b", validate: [check, "{path}"] }
  /run/c: { value: "file:/c", validate: { command: [./check] } }
reload: [{ command: [absent, -x] }]
`
    const hint = '(programs run in the container of the agent, without a shell)'
    expect(problems(text)).toEqual([
      `3:42 there is no program "check" ${hint}`,
      `4:53 there is no program "/etc/keyturn/check" ${hint}`,
      `5:22 there is no program "absent" ${hint}`,
    ])
  })

  it('outputs that have not exactly one source', () => {
    const text = `outputs:
  /run/a: {}
  /run/b: { value: "file:/b", contents: b }
  /run/c: { secret: c }
  /run/d: { format: json, contents: d }
  /run/e/: { value: "file:/e" }
  /run/f: { files: { a: { value: "file:/a" } } }
  /run/g/: { files: { ../a: { contents: a }, b: { contents: b }, b/c: { contents: c } } }
secrets: { c: "file:/c" }
`
    expect(problems(text)).toEqual([
      '2:3 one of "value", "secret", "template", "contents" is missing',
      '3:31 "contents" stands beside "value" (write only one of "value", "secret", "template", "contents")',
      '4:13 "secret" stands without "format" (a secret is written in a format; one field is written by "value")',
      '5:13 "format" stands without "secret" (a secret is written in a format; one field is written by "value")',
      '6:3 the directory has no files (write them under "files", or take the slash from the end of the path)',
      '6:14 "value" stands in a directory (write it in one of its "files", or take the slash from the end of the path)',
      '7:3 an output with "files" is a directory (end its path in a slash: /run/f/)',
      '8:23 "../a" is not the name of a file in a directory (write it without a slash at its ends, and without "." or ".." as a part)',
      '8:46 "b" is a file, and another file lies in a directory of this name',
    ])
  })

  it('notifiers that miss their target or name no output', () => {
    const text = `outputs: { /run/a: { value: "file:/a" } }
reload:
  - { signal: SIGHUP }
  - { signal: SIGHUP, process: a, pid: 5 }
  - { signal: SIGHUP, pid: 5, any_owner: true }
  - { signal: SIGHUP, process: a, on: [/run/a, /run/b] }
`
    expect(problems(text)).toEqual([
      '3:5 one of "process", "pid_file", "pid" is missing',
      '4:35 "pid" stands beside "process" (write only one of "process", "pid_file", "pid")',
      '5:31 "any_owner" stands without "process" (a pid names one process, whoever owns it)',
      '6:48 there is no output "/run/b" (did you mean "/run/a"?)',
    ])
  })

  it('logins that lack something', () => {
    const text = `providers:
  vault: { address: "https://v", auth: { method: approle, role_id: a, role_id_file: /b }, tls: { cert_file: /c } }
  two: { type: vault, address: "ftp://v", auth: { method: cert } }
  three: { type: vault, address: "https://v", auth: { method: cert } }
outputs: { /run/a: { value: "file:/a" } }
`
    expect(problems(text)).toEqual([
      '2:34 one of "secret_id_file", "wrapped_secret_id_file" is missing',
      '2:71 "role_id_file" stands beside "role_id" (write only one of "role_id", "role_id_file")',
      '2:98 "cert_file" stands without "key_file" (a client certificate needs both)',
      '3:32 this is not an http or https URL (write it whole, such as https://vault.example.com:8200)',
      '4:63 a login by certificate needs a client certificate (write its files as tls.cert_file and tls.key_file)',
    ])
  })

  it('a max_stale below refresh, an address that is none, and no output at all', () => {
    const text =
      'secrets: { a: { from: "file:/a", refresh: 5m, max_stale: 1m } }\noutputs: { /a: { value: a } }\nlisten: "9102"\n'
    expect(problems(text)).toEqual([
      '1:58 "max_stale" is shorter than "refresh" (between two reads the agent would not be ready; write a longer one, such as ten times "refresh")',
      '3:9 "9102" is not an address to listen on (write a host and a port, such as 127.0.0.1:9102 or [::1]:9102)',
    ])
    expect(problems('outputs: {}\n')).toEqual([
      '1:1 there is no output (write at least one, such as /run/secrets/db_password: { value: db.password })',
    ])
  })
})

describe('what check warns of', () => {
  it('an owner that is the agent, once where it is a default', () => {
    const text =
      'outputs:\n  /run/a: { value: "file:/a" }\n  /run/b: { value: "file:/b" }\n  /run/c: { value: "file:/c", owner: 0 }\n'
    const hint =
      '(write the uid of the application as owner; where both are one user, the application can change its files)'
    expect(say(load(text).warnings)).toEqual([
      `1:1 no owner is set, so the files belong to the agent's own user, 0 ${hint}`,
      `4:38 the owner 0 is the agent's own user ${hint}`,
    ])
    expect(say(load(`defaults: { owner: 0 }\n${text}`).warnings)).toHaveLength(2)
    expect(load(text).configuration).toBeDefined()
  })

  it('a credential that cannot be removed, where that is wanted', () => {
    const text = (auth: string) =>
      `defaults: { owner: 1 }\noutputs: { /x/a: { value: "v:a" } }\nproviders: { v: { type: vault, address: "https://v", auth: { ${auth} } } }\n`
    const ports = {
      cannotRemove: (file: string) => (file.startsWith('/ro/') ? 'it is mounted read-only' : undefined),
    }
    const warnings = (auth: string) => say(load(text(auth), { ports }).warnings)
    const appRole = 'method: approle, role_id_file: /ro/role'
    expect(warnings(`${appRole}, secret_id_file: /ro/id, remove: true`)).toEqual([
      expect.stringMatching(
        /^3:.* "\/ro\/id" cannot be removed once it is read: it is mounted read-only \(put it into/,
      ),
    ])
    expect(warnings('method: jwt, role: a, token_file: /ro/jwt, remove: true')).toHaveLength(1)
    expect(warnings(`${appRole}, secret_id_file: /ro/id`)).toEqual([])
    expect(warnings(`${appRole}, wrapped_secret_id_file: /rw/id, remove: true`)).toEqual([])
  })

  it('a directory that does not exist here', () => {
    const text =
      'defaults: { owner: 1 }\noutputs: { /x/a: { value: "file:/a" }, /x/b/: { files: { c: { value: "file:/c" } } } }\n'
    const { warnings, problems } = load(text, { ports: { directoryExists: () => false } })
    expect(say(warnings)).toEqual([
      '2:12 the directory "/x" does not exist here (mount a tmpfs volume there)',
    ])
    expect(problems).toEqual([])
  })
})
