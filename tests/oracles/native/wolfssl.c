/* wolfSSL as a TLS client over a batch of cases; it takes the system's time.
   stdin: position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error */
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(int port) {
  struct sockaddr_in address = {0};
  int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = inet_addr("127.0.0.1");
  if (connect(socket_, (struct sockaddr *)&address, sizeof address)) perror("connect");
  return socket_;
}

int main(void) {
  char line[4096];
  signal(SIGPIPE, SIG_IGN);
  wolfSSL_Init();
  while (fgets(line, sizeof line, stdin)) {
    char *number = strtok(line, "|"), *roots_file = strtok(NULL, "|");
    strtok(NULL, "|");
    char *host = strtok(NULL, "|");
    strtok(NULL, "|");
    int port = atoi(strtok(NULL, "|"));
    WOLFSSL_CTX *context = wolfSSL_CTX_new(wolfSSLv23_client_method());
    int loaded = wolfSSL_CTX_load_verify_locations(context, roots_file, NULL);
    wolfSSL_CTX_set_verify(context, WOLFSSL_VERIFY_PEER, NULL);
    int socket_ = dial(port);
    WOLFSSL *session = wolfSSL_new(context);
    wolfSSL_set_fd(session, socket_);
    wolfSSL_UseSNI(session, 0, host, strlen(host));
    wolfSSL_check_domain_name(session, host);
    int result = wolfSSL_connect(session), error = wolfSSL_get_error(session, result);
    char words[200] = "";
    wolfSSL_ERR_error_string(error, words);
    printf("%s|%s|loaded %d, error %d %s|\n", number, result == WOLFSSL_SUCCESS ? "accept" : "reject", loaded, error,
           result == WOLFSSL_SUCCESS ? "" : words);
    wolfSSL_free(session);
    wolfSSL_CTX_free(context);
    close(socket_);
  }
  return 0;
}
