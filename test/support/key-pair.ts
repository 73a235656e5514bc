/** A certificate for the name "test", valid for a century, and its key; made for these tests. */
const certificateBody = `MIIBdDCCARugAwIBAgIUIL7z6uwCYZSmrM8f1f9pD95Id8cwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjQyMjAwMjVaGA8yMTI2MTAzMTIyMDAy
NVowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEQB
CBfXPwEVB/S5+vA4I1Q2tr6hFoGHKwWnsvXkFFPWBt3hln3Yn2KVs/fpKZK+G+Is
B7zAxr8epioSXJzADkWjUzBRMB0GA1UdDgQWBBTqQLuOCVl6WpX3ZUfU9WJ5KmMd
ujAfBgNVHSMEGDAWgBTqQLuOCVl6WpX3ZUfU9WJ5KmMdujAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCICNDLKwKp1prKa6JtJHRZRWXOGf5hMjNQylt
9o+u+64yAiBSmd7MuLWxYwqPWY8VccvEjxT6mln+/0AmOSKZLa1Itg==`

const keyBody = `MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgigdVMwRdbu9GmInT
aQJP9guCRjtxK9NghaThfFImQRWhRANCAAREAQgX1z8BFQf0ufrwOCNUNra+oRaB
hysFp7L15BRT1gbd4ZZ92J9ilbP36SmSvhviLAe8wMa/HqYqElycwA5F`

export const certificatePem = pem('CERTIFICATE', certificateBody)
export const privateKeyPem = pem('PRIVATE KEY', keyBody)

export function pem(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
}
