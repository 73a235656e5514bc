# Node with its libraries, a static init and dist/, which `npm run image` bundles on the host. No shell, nothing else.
FROM node:24.21.0-bookworm-slim AS root

# A base image that brings both needs no network here.
RUN { command -v strip && command -v tini-static; } > /dev/null || { \
      apt-get update && apt-get install -y --no-install-recommends binutils tini; \
    }

# /proc/PID/environ and memory of a program are closed to others, even of the same user, if its file cannot be read:
# hence 0111, for tini holds the same environment as node. The certificate authorities are those that Node brings; mount
# your own file over them. Equal times make equal layers.
COPY dist /root-fs/app
RUN set -eu; \
    node="$(command -v node)"; \
    cd /root-fs; \
    mkdir -p etc/ssl/certs sbin usr/bin tmp; \
    LD_TRACE_LOADED_OBJECTS=1 "$node" | grep -o '/[^ ]*' | xargs -I {} cp -L --parents {} .; \
    "$node" -p "require('node:tls').rootCertificates.join('\n')" > etc/ssl/certs/ca-certificates.crt; \
    echo 'hosts: files dns' > etc/nsswitch.conf; \
    printf '%s\n' 'root:x:0:0:root:/:/nonexistent' 'keyturn:x:1001:1001::/:/nonexistent' > etc/passwd; \
    printf '%s\n' 'root:x:0:' 'keyturn:x:1001:' > etc/group; \
    strip -o usr/bin/node "$node"; \
    cp "$(command -v tini-static)" sbin/tini; \
    find . -type d -exec chmod 0755 {} +; \
    find . -type f -exec chmod 0444 {} +; \
    find . -name '*.so*' -exec chmod 0555 {} +; \
    chmod 0111 sbin/tini usr/bin/node; \
    chmod 1777 tmp; \
    find . -exec touch -d @0 {} +

FROM scratch
COPY --from=root /root-fs /

# Memory: with these and the flags below Node needs a quarter less, does not grow with the number of requests, and collects its
# garbage once that is half of what lives; V8 would wait until it is three times as much. The optimising compilers would take more
# memory than all that they compile, also the one for the HTTP parser, which is WebAssembly.
# Two threads: with one, a DNS lookup that hangs holds up every file operation.
ENV UV_THREADPOOL_SIZE=2 \
    MALLOC_ARENA_MAX=1 \
    MALLOC_TRIM_THRESHOLD_=65536 \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt

# SIGUSR1 would open the inspector, and tini reaps what validation and commands leave behind, also where it is not pid 1.
ENTRYPOINT ["/sbin/tini", "-s", "--", "/usr/bin/node", \
            "--disable-sigusr1", "--disable-proto=delete", "--disallow-code-generation-from-strings", \
            "--v8-pool-size=0", "--max-semi-space-size=1", "--heap-growing-percent=50", "--no-maglev", "--no-opt", \
            "--no-wasm-tier-up", "--no-wasm-dynamic-tiering", \
            "/app/keyturn.js"]
CMD ["run"]
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
  CMD ["/usr/bin/node", "--disable-sigusr1", "/app/healthcheck.js"]

ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="keyturn" \
      org.opencontainers.image.description="A sidecar secrets agent: from a role to 0400 files on tmpfs, rotated and signalled" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
