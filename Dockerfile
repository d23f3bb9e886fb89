FROM rust:1.95-bookworm AS build
WORKDIR /src
# The dependencies first, with empty crates in place of ours: a change of our code then builds our code alone.
COPY Cargo.toml Cargo.lock ./
COPY api/Cargo.toml api/
COPY entity/Cargo.toml entity/
COPY migration/Cargo.toml migration/
COPY service/Cargo.toml service/
COPY tests/Cargo.toml tests/
RUN mkdir api/src entity/src migration/src service/src tests/src \
    && echo '//! Empty.' | tee api/src/lib.rs entity/src/lib.rs migration/src/lib.rs service/src/lib.rs tests/src/lib.rs \
    && printf '//! Empty.\nfn main() {}\n' > api/src/main.rs \
    && cargo build --locked --release
COPY . .
# Cargo goes by times, and those of a checkout are older than the empty crates.
RUN touch */src/lib.rs api/src/main.rs && cargo build --locked --release

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Daybook" \
      org.opencontainers.image.description="Users' money transactions, kept like a ledger and edited like a record" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 daybook \
    && useradd --uid 10001 --gid daybook --no-create-home --home-dir /data --shell /usr/sbin/nologin daybook \
    && install --directory --owner=daybook --group=daybook /data
COPY --from=build /src/target/release/daybook /usr/local/bin/daybook
# By number, so that Kubernetes can tell that it is not root.
USER 10001:10001
WORKDIR /data
# With DATABASE_URL at PostgreSQL nothing is written here.
VOLUME /data
ENV DATABASE_URL=sqlite:///data/daybook.db \
    DAYBOOK_LISTEN=0.0.0.0:8000
EXPOSE 8000
STOPSIGNAL SIGTERM
# By bash alone: there is no curl here. Nor is there what speaks TLS, so that a server with a certificate of its own is
# healthy where it listens.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${DAYBOOK_LISTEN##*:} && { [ -n \"$DAYBOOK_TLS_CERT\" ] || { printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]; }; }"]
ENTRYPOINT ["daybook"]
CMD ["serve"]
