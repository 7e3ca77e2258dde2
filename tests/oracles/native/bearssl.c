/* BearSSL's minimal X.509 engine over a batch of cases, set up as br_ssl_client_init_full does.
   stdin: position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bearssl.h>

#define MOST 32
#define SECONDS_A_DAY 86400L
#define DAYS_BEFORE_1970 719528L

typedef struct { unsigned char *data; size_t length; } Bytes;

static void append(void *to, const void *data, size_t length) {
  Bytes *bytes = to;
  bytes->data = realloc(bytes->data, bytes->length + length);
  memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
}

static int load(const char *file, Bytes *out) {
  static char text[1 << 20];
  FILE *in = fopen(file, "r");
  size_t left = in ? fread(text, 1, sizeof text, in) : 0;
  char *at = text;
  int count = 0;
  br_pem_decoder_context decoder;
  br_pem_decoder_init(&decoder);
  if (in) fclose(in);
  while (left && count < MOST) {
    size_t used = br_pem_decoder_push(&decoder, at, left);
    at += used;
    left -= used;
    int event = br_pem_decoder_event(&decoder);
    if (event == BR_PEM_BEGIN_OBJ) {
      out[count].data = NULL;
      out[count].length = 0;
      br_pem_decoder_setdest(&decoder, append, &out[count]);
    } else if (event == BR_PEM_END_OBJ) {
      count++;
    }
  }
  return count;
}

static int anchor(Bytes root, br_x509_trust_anchor *made) {
  Bytes name = {0};
  br_x509_decoder_context *decoder = malloc(sizeof *decoder); /* the key points into it: kept until the end */
  br_x509_decoder_init(decoder, append, &name);
  br_x509_decoder_push(decoder, root.data, root.length);
  br_x509_pkey *key = br_x509_decoder_get_pkey(decoder);
  if (!key) return 0;
  made->dn.data = name.data;
  made->dn.len = name.length;
  made->flags = br_x509_decoder_isCA(decoder) ? BR_X509_TA_CA : 0;
  made->pkey = *key;
  return 1;
}

static unsigned judge(Bytes *chain, int length, br_x509_trust_anchor *anchors, int count, const char *host, long time) {
  br_x509_minimal_context engine;
  br_x509_minimal_init(&engine, &br_sha256_vtable, anchors, count);
  br_x509_minimal_set_rsa(&engine, br_rsa_pkcs1_vrfy_get_default());
  br_x509_minimal_set_ecdsa(&engine, br_ec_get_default(), br_ecdsa_vrfy_asn1_get_default());
  br_x509_minimal_set_hash(&engine, br_sha1_ID, &br_sha1_vtable);
  br_x509_minimal_set_hash(&engine, br_sha224_ID, &br_sha224_vtable);
  br_x509_minimal_set_hash(&engine, br_sha256_ID, &br_sha256_vtable);
  br_x509_minimal_set_hash(&engine, br_sha384_ID, &br_sha384_vtable);
  br_x509_minimal_set_hash(&engine, br_sha512_ID, &br_sha512_vtable);
  br_x509_minimal_set_time(&engine, time / SECONDS_A_DAY + DAYS_BEFORE_1970, time % SECONDS_A_DAY);
  const br_x509_class **validator = &engine.vtable;
  (*validator)->start_chain(validator, host);
  for (int i = 0; i < length; i++) {
    (*validator)->start_cert(validator, chain[i].length);
    (*validator)->append(validator, chain[i].data, chain[i].length);
    (*validator)->end_cert(validator);
  }
  return (*validator)->end_chain(validator);
}

int main(void) {
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    char *number = strtok(line, "|"), *roots_file = strtok(NULL, "|"), *chain_file = strtok(NULL, "|");
    char *host = strtok(NULL, "|"), *seconds = strtok(NULL, "|");
    Bytes roots[MOST], chain[MOST];
    int root_count = load(roots_file, roots), length = load(chain_file, chain), count = 0;
    br_x509_trust_anchor anchors[MOST];
    for (int i = 0; i < root_count; i++) count += anchor(roots[i], &anchors[count]);
    unsigned error = judge(chain, length, anchors, count, host, atol(seconds));
    printf("%s|%s|BR_ERR %u|\n", number, error == 0 ? "accept" : "reject", error);
  }
  return 0;
}
