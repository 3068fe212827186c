#!/usr/bin/env bash
# The real mailers that the network tests work with, beside whatever this machine has: as root, on Debian 12. What is there already stays.
set -euo pipefail
here=/opt/bridgehead-test
haraka=3.3.4

if ! command -v postfix >/dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postfix >/dev/null
fi
# Exim and Postfix exclude each other as packages, and not as programs.
if [ ! -x "$here/exim/usr/sbin/exim4" ]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    libcrypt1 libdb5.3 libgnutls-dane0 libidn12 libnsl2 libpcre2-8-0 >/dev/null
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  chmod 755 "$folder"
  (cd "$folder" && apt-get download -qq exim4-daemon-light 2>/dev/null && dpkg-deb -x exim4-daemon-light_*.deb .)
  # The user that Debian's Exim is built for.
  id Debian-exim >/dev/null 2>&1 || useradd --system --no-create-home Debian-exim
  mkdir -p "$here/exim/usr/sbin"
  cp "$folder/usr/sbin/exim4" "$here/exim/usr/sbin/"
fi
if [ ! -e "$here/haraka/node_modules/Haraka" ]; then
  mkdir -p "$here/haraka"
  npm install --prefix "$here/haraka" --no-audit --no-fund --omit=optional --ignore-scripts --loglevel error "Haraka@$haraka" >/dev/null
fi
