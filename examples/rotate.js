// Rotates the password of compose.example.yml in the embedded store, as an operator or a job would.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

const token = readFileSync('/data/token', 'utf8').trim()
const password = randomBytes(16).toString('base64url')
const response = await fetch('http://store:8200/v1/secret/data/my-api/db', {
  method: 'POST',
  headers: { 'x-vault-token': token },
  body: JSON.stringify({ data: { username: 'my-api', password } }),
})
console.log(response.ok ? 'rotated' : `the store answered ${response.status}`)
