# A PostgreSQL server with the extension, of Debian's packages alone:
#
#	docker build -t dynamorm_fdw .
#	docker run -e POSTGRES_PASSWORD=... -p 5432:5432 -v data:/var/lib/postgresql dynamorm_fdw

FROM debian:13 AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      gcc make pkgconf libc6-dev postgresql-server-dev-17 \
      libcurl4-openssl-dev libssl-dev libjson-c-dev
COPY . /source
RUN mkdir /build && \
    make -C /build -f /source/Makefile VPATH=/source with_llvm=no && \
    make -C /build -f /source/Makefile VPATH=/source with_llvm=no install DESTDIR=/stage

FROM debian:13
RUN mkdir /etc/postgresql-common && \
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf && \
    apt-get update && apt-get install -y --no-install-recommends \
      ca-certificates postgresql-17 libcurl4 libjson-c5 libssl3 && \
    rm -rf /var/lib/apt/lists/*
COPY --from=build /stage /
COPY docker/start /usr/local/bin/start
ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/bin:/usr/bin:/bin
USER postgres
VOLUME /var/lib/postgresql
EXPOSE 5432
STOPSIGNAL SIGINT
HEALTHCHECK CMD pg_isready -q
ENTRYPOINT ["start"]
