#!/bin/sh
# Python's name of a platform, the oldest system that its library fits: wheel_tag.sh PLATFORM NEWEST-GLIBC
# It fails for a platform that no wheel is made of.
arch=${1#*-} && arch=${arch%-musl}
case $1 in
windows-x86_64) echo win_amd64 ;;
linux-*-musl) echo "musllinux_1_2_$arch" ;;
linux-*) echo "manylinux_$(echo "$2" | tr . _)_$arch" ;;
*) exit 1 ;;
esac
