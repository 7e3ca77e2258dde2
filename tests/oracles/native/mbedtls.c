/* Mbed TLS' mbedtls_x509_crt_verify over a batch of cases, and the check of the leaf's purpose that its TLS client makes
   after it (mbedtls_ssl_check_cert_usage in ssl_tls.c); it takes the system's time.
   stdin: position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error|fingerprints */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mbedtls/oid.h>
#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>

#define LONGEST 32
static unsigned char path[LONGEST][32];
static int length;

/* Called from the top of the path down to the leaf, with depth 0. */
static int note(void *unused, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
  (void)unused;
  (void)flags;
  if (depth >= LONGEST) return 0;
  if (depth + 1 > length) length = depth + 1;
  mbedtls_sha256_ret(certificate->raw.p, certificate->raw.len, path[depth], 0);
  return 0;
}

int main(void) {
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    char *number = strtok(line, "|"), *roots_file = strtok(NULL, "|"), *chain_file = strtok(NULL, "|");
    char *host = strtok(NULL, "|");
    mbedtls_x509_crt roots, chain;
    mbedtls_x509_crt_init(&roots);
    mbedtls_x509_crt_init(&chain);
    int parsed = mbedtls_x509_crt_parse_file(&roots, roots_file);
    int unparsed = mbedtls_x509_crt_parse_file(&chain, chain_file);
    uint32_t flags = 0;
    const char *server = MBEDTLS_OID_SERVER_AUTH;
    length = 0;
    int result = unparsed ? -1 : mbedtls_x509_crt_verify(&chain, &roots, NULL, host, &flags, note, NULL);
    if (!result) result = mbedtls_x509_crt_check_extended_key_usage(&chain, server, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH));
    char words[1024] = "";
    mbedtls_x509_crt_verify_info(words, sizeof words, "", flags);
    for (char *c = words; *c; c++) if (*c == '\n' || *c == '|') *c = ';';
    printf("%s|%s|parse %d %d flags 0x%x %s|", number, result == 0 ? "accept" : "reject", parsed, unparsed,
           (unsigned)flags, words);
    for (int i = 0; i < length; i++) {
      if (i) putchar(',');
      for (int k = 0; k < 32; k++) printf("%02x", path[i][k]);
    }
    putchar('\n');
    mbedtls_x509_crt_free(&roots);
    mbedtls_x509_crt_free(&chain);
  }
  return 0;
}
