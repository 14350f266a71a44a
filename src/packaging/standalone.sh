#!/bin/sh
# Links the library with all that it uses inside: standalone.sh SOURCES OUT.so OBJECT...
# SOURCES has the folders curl and cjson; OpenSSL and zlib are the system's archives. Wants CC and CFLAGS. For another machine
# CROSS_HOST is its name in GNU's form, and SYSROOT the folder with its archives and headers.
# What is inside is hidden: a program that brings an OpenSSL of its own keeps that for itself, and the library this one.
set -eu

sources=$1 out=$2
shift 2
built=$(dirname "$out")/libraries
mkdir -p "$built/curl"
sources=$(cd "$sources" && pwd)
strip=strip search=""
if [ -n "${CROSS_HOST:-}" ]; then
  root=$(cd "$SYSROOT" && pwd)
  strip=$CROSS_HOST-strip search="-L$root/usr/lib/$CROSS_HOST"
  CFLAGS="$CFLAGS -I$root/usr/include -I$root/usr/include/$CROSS_HOST"
fi

# Only HTTP and HTTPS are spoken. No file of authorities is built in: it is looked for where the library runs.
if [ ! -e "$built/curl/lib/.libs/libcurl.a" ]; then
  cd "$built/curl"
  "$sources/curl/configure" --quiet --disable-shared --enable-static --with-pic --with-openssl --with-zlib \
    --without-ca-bundle --without-ca-path --without-brotli --without-zstd --without-nghttp2 --without-libidn2 \
    --without-libpsl --without-librtmp --without-libssh2 --without-gssapi --disable-ldap --disable-ldaps --disable-ftp \
    --disable-file --disable-dict --disable-telnet --disable-tftp --disable-rtsp --disable-pop3 --disable-imap \
    --disable-smb --disable-smtp --disable-gopher --disable-mqtt --disable-ntlm --disable-alt-svc --disable-hsts \
    --disable-cookies --disable-unix-sockets --disable-manual ${CROSS_HOST:+--host="$CROSS_HOST"} CC="$CC" CFLAGS="$CFLAGS" LDFLAGS="$search" >configure.log 2>&1 || {
    tail -n 5 configure.log >&2
    exit 1
  }
  make -C lib -j2 >make.log 2>&1 || { tail -n 20 make.log >&2; exit 1; }
  cd - >/dev/null
fi
# shellcheck disable=SC2086 # flags are words
$CC $CFLAGS -DCJSON_HIDE_SYMBOLS -c -o "$built/cJSON.o" "$sources/cjson/cJSON.c"

# shellcheck disable=SC2086 # nothing, or one word
$CC -shared -o "$out" "$@" "$built/cJSON.o" "$built/curl/lib/.libs/libcurl.a" $search -Wl,-Bstatic -lssl -lcrypto -lz \
  -Wl,-Bdynamic -Wl,--exclude-libs,ALL -Wl,-Bsymbolic -Wl,--gc-sections -Wl,-z,defs -Wl,-z,relro -Wl,-z,now \
  -static-libgcc -lpthread -ldl
"$strip" --strip-unneeded "$out"
echo "$out"
