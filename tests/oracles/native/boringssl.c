/* BoringSSL's X509_verify_cert over a batch of cases. argv[1] "partial" sets X509_V_FLAG_PARTIAL_CHAIN.
   stdin: position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error|fingerprints */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static STACK_OF(X509) *load(const char *file) {
  STACK_OF(X509) *all = sk_X509_new_null();
  BIO *in = BIO_new_file(file, "r");
  X509 *one;
  while (in && (one = PEM_read_bio_X509(in, NULL, NULL, NULL))) sk_X509_push(all, one);
  BIO_free(in);
  ERR_clear_error();
  return all;
}

static void print_path(STACK_OF(X509) *chain) {
  for (size_t i = 0; chain && i < sk_X509_num(chain); i++) {
    unsigned char digest[32];
    unsigned int size = 0;
    X509_digest(sk_X509_value(chain, i), EVP_sha256(), digest, &size);
    if (i) putchar(',');
    for (unsigned int k = 0; k < size; k++) printf("%02x", digest[k]);
  }
}

int main(int argc, char **argv) {
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    char *number = strtok(line, "|"), *roots_file = strtok(NULL, "|"), *chain_file = strtok(NULL, "|");
    char *host = strtok(NULL, "|"), *seconds = strtok(NULL, "|");
    STACK_OF(X509) *roots = load(roots_file), *chain = load(chain_file);
    X509_STORE *store = X509_STORE_new();
    for (size_t i = 0; i < sk_X509_num(roots); i++) X509_STORE_add_cert(store, sk_X509_value(roots, i));
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain);
    X509_STORE_CTX_set_default(context, "ssl_server");
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, atol(seconds));
    X509_VERIFY_PARAM_set1_host(parameters, host, strlen(host));
    if (argc > 1 && !strcmp(argv[1], "partial")) X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    int good = X509_verify_cert(context) == 1, error = X509_STORE_CTX_get_error(context);
    printf("%s|%s|%d at depth %d: %s|", number, good ? "accept" : "reject", error,
           X509_STORE_CTX_get_error_depth(context), X509_verify_cert_error_string(error));
    print_path(X509_STORE_CTX_get0_chain(context));
    putchar('\n');
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    sk_X509_pop_free(roots, X509_free);
    sk_X509_pop_free(chain, X509_free);
  }
  return 0;
}
