#!/bin/sh
# Does the server still serve what the plan promised? Needs openssl and awk.
#   sh verify.sh [HOST:PORT]       exit status 0 yes, 1 no, 3 it could not be asked; 1 wins over 3
# The server certificate may have been renewed; the certificates above it must be the promised ones, in order.
set -u
target=${1:-}
worst=0

served() { # HOST:PORT SERVERNAME: SHA-256 of each certificate as sent, one a line, lower case
    if [ -n "$2" ]; then set -- "$1" -servername "$2"; else set -- "$1" -noservername; fi
    directory=$(mktemp -d) || exit 3
    openssl s_client -connect "$@" -showcerts </dev/null 2>/dev/null |
        awk -v d="$directory" '/-----BEGIN CERTIFICATE-----/ { n++; f = sprintf("%s/%04d.pem", d, n) }
            f { print > f } /-----END CERTIFICATE-----/ { close(f); f = "" }'
    for file in "$directory"/*.pem; do
        [ -f "$file" ] && openssl x509 -in "$file" -noout -fingerprint -sha256 |
            sed 's/.*=//; s/://g' | tr 'ABCDEF' 'abcdef'
    done
    rm -rf "$directory"
}

check() { # NAME ENDPOINT SERVERNAME CHAIN...: a chain is its fingerprints, leaf first, joined by commas
    name=$1 endpoint=${target:-$2} server=$3
    shift 3
    if [ -z "$endpoint" ]; then
        echo "$name: no endpoint is known; give HOST:PORT"
        [ "$worst" -eq 1 ] || worst=3
        return
    fi
    sent=$(served "$endpoint" "$server" | tr '\n' ',')
    sent=${sent%,}
    if [ -z "$sent" ]; then
        echo "$endpoint: no certificate was received"
        [ "$worst" -eq 1 ] || worst=3
        return
    fi
    for chain in "$@"; do
        case $sent in *,*) above=${sent#*,} ;; *) above= ;; esac
        case $chain in *,*) promised=${chain#*,} ;; *) promised= ;; esac
        if [ "$above" = "$promised" ]; then
            [ "$sent" = "$chain" ] && echo "$endpoint: the promised chain" ||
                echo "$endpoint: the promised chain (under another server certificate)"
            return
        fi
    done
    echo "$endpoint: NOT the promised chain; served: $sent"
    worst=1
}

@@CHECKS@@
exit "$worst"
