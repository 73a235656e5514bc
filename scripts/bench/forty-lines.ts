/** A template of 40 lines that reads two secrets, and differs from others of another number, for keyturn and the peers alike. */
export function fortyLines(n: number, [own, other]: readonly [string, string]): string {
  return [
    `# service ${n}`,
    `{{- define "pair-${n}" }}`,
    `{{ .name | toUpper }}_${n}={{ .value | toJSON }}`,
    '{{- end }}',
    ...block(`own${n}`, own),
    ...block(`other${n}`, other),
    `hosts = {{ range $i, $host := split "," "a${n}.example.com,b${n}.example.com,c.example.com" }}{{ if $i }}, {{ end }}{{ $host }}{{ end }}`,
    `port = {{ ${8_000 + n} | add 1 }}`,
    '{{ range loop 1 4 -}}',
    `worker.{{ . }} = {{ printf "%03d-${n}" . }}`,
    '{{ end -}}',
    `# end of service ${n}`,
    '',
  ].join('\n')
}

/** 15 lines. */
function block(name: string, path: string): readonly string[] {
  return [
    `{{ with secret "secret/data/${path}" -}}`,
    `[${name}]`,
    'value = {{ .Data.data.value }}',
    'quoted = {{ .Data.data.value | toJSON }}',
    'encoded = {{ .Data.data.value | base64Encode }}',
    'version = {{ .Data.metadata.version }}',
    '{{ if eq .Data.data.value "none" -}}',
    'mode = off',
    '{{ else if .Data.data.value | contains "rotated" -}}',
    'mode = changed',
    '{{ else -}}',
    'mode = on',
    '{{ end -}}',
    `{{ range $name, $value := .Data.data }}${name}.{{ $name }} = {{ printf "%q" $value }}{{ end }}`,
    '{{ end -}}',
  ]
}
