#!/bin/sh
# Links the library with all that it uses inside: standalone.sh SOURCES OUT OBJECT...
# SOURCES has the folders curl and cjson. Wants CC and CFLAGS. TLS says who encrypts:
#   openssl    OpenSSL and zlib are the system's archives (the default)
#   mbedtls    Mbed TLS and zlib from SOURCES
#   schannel   Windows does; zlib from SOURCES, and windows/posix.c for what else Windows lacks
# For another machine CROSS_HOST is its name in GNU's form, and SYSROOT the folder with its archives and headers, if there is one.
# What is inside is hidden: a program that brings an OpenSSL of its own keeps that for itself, and the library this one.
set -eu

sources=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
tls=${TLS:-openssl}
built=$(dirname "$out")/libraries
mkdir -p "$built/lib" "$built/include"
sources=$(cd "$sources" && pwd) built=$(cd "$built" && pwd)
tools=${TOOLS-${CROSS_HOST:+$CROSS_HOST-}} search=""
if [ -n "${SYSROOT:-}" ]; then
  root=$(cd "$SYSROOT" && pwd)
  search="-L$root/usr/lib/$CROSS_HOST"
  CFLAGS="$CFLAGS -I$root/usr/include -I$root/usr/include/$CROSS_HOST"
fi

# log FILE COMMAND...: what the command says is shown when it fails.
log() {
  file=$1
  shift
  "$@" >"$built/$file.log" 2>&1 || {
    tail -n 20 "$built/$file.log" >&2
    exit 1
  }
}

# What another version of this script made is made anew.
is_made() { [ -n "$(find "$1" -newer "$here/standalone.sh" 2>/dev/null)" ]; }

# All of it: libcurl looks for a function that it never calls (gzread), and does without zlib where that is not there.
compile_zlib() {
  cd "$sources/zlib"
  for file in *.c; do
    # shellcheck disable=SC2086 # flags are words
    $CC $CFLAGS -DHAVE_UNISTD_H -c -o "$built/zlib-${file%.c}.o" "$file" || return 1
  done
  "${tools}ar" rcs "$built/lib/libz.a" "$built"/zlib-*.o
  cp zlib.h zconf.h "$built/include/"
  cd - >/dev/null
}

compile_mbedtls() {
  rm -rf "$built/mbedtls" && cp -R "$sources/mbedtls" "$built/mbedtls"
  make -C "$built/mbedtls/library" -j2 static CC="$CC" AR="${tools}ar" CFLAGS="$CFLAGS" || return 1
  cp "$built"/mbedtls/library/*.a "$built/lib/"
  cp -R "$built/mbedtls/include/mbedtls" "$built/mbedtls/include/psa" "$built/include/"
}

# Only HTTP and HTTPS are spoken. No file of authorities is built in: it is looked for where the library runs.
configure_curl() {
  rm -rf "$built/curl" && mkdir "$built/curl" && cd "$built/curl"
  "$sources/curl/configure" --quiet --disable-shared --enable-static --with-pic --with-"$tls"="${1:-yes}" --with-zlib="${1:-yes}" \
    --without-ca-bundle --without-ca-path --without-brotli --without-zstd --without-nghttp2 --without-libidn2 \
    --without-libpsl --without-librtmp --without-libssh2 --without-libgsasl --without-gssapi --disable-ldap --disable-ldaps \
    --disable-ftp --disable-file --disable-dict --disable-telnet --disable-tftp --disable-rtsp --disable-pop3 --disable-imap \
    --disable-smb --disable-smtp --disable-gopher --disable-mqtt --disable-ntlm --disable-alt-svc --disable-hsts \
    --disable-cookies --disable-unix-sockets --disable-manual ${CROSS_HOST:+--host="$CROSS_HOST"} \
    CC="$CC" AR="${tools}ar" RANLIB="${tools}ranlib" CFLAGS="$CFLAGS" LDFLAGS="$search" || return 1
  grep -q '^#define HAVE_LIBZ 1' lib/curl_config.h || { echo "libcurl does not find zlib: $built/curl/config.log" && return 1; }
  cd - >/dev/null
}

prefix=""
if [ "$tls" != openssl ]; then
  prefix=$built
  is_made "$built/lib/libz.a" || log zlib compile_zlib
fi
[ "$tls" != mbedtls ] || is_made "$built/lib/libmbedtls.a" || log mbedtls compile_mbedtls
if ! is_made "$built/curl/lib/.libs/libcurl.a"; then
  log configure configure_curl "$prefix"
  log curl make -C "$built/curl/lib" -j2
fi
# shellcheck disable=SC2086 # flags are words
$CC $CFLAGS -DCJSON_HIDE_SYMBOLS -c -o "$built/cJSON.o" "$sources/cjson/cJSON.c"

if [ "$tls" = schannel ]; then
  # shellcheck disable=SC2086 # flags are words
  $CC $CFLAGS -std=c11 -I"$here/windows" -include posix.h -c -o "$built/posix.o" "$here/windows/posix.c"
  set -- "$@" "$built/posix.o"
fi

elf="-Wl,-Bdynamic -Wl,--exclude-libs,ALL -Wl,-Bsymbolic -Wl,-z,defs -Wl,-z,relro -Wl,-z,now -static-libgcc -lpthread -ldl"
case $tls in
openssl) libraries="-Wl,-Bstatic -lssl -lcrypto -lz $elf" ;;
mbedtls) libraries="-L$built/lib -Wl,-Bstatic -lmbedtls -lmbedx509 -lmbedcrypto -lz $elf" ;;
schannel) libraries="-L$built/lib -static -lz -lws2_32 -lcrypt32 -lbcrypt -lwinpthread -Wl,--exclude-all-symbols" ;;
esac
# shellcheck disable=SC2086 # libraries and flags are words
$CC -shared -o "$out" "$@" "$built/cJSON.o" "$built/curl/lib/.libs/libcurl.a" $search $libraries -Wl,--gc-sections
"${tools}strip" --strip-unneeded "$out"
echo "$out"
