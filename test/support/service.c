// A small service as the tests deploy it: answers GET /api/health with its version, and misbehaves on request.
// Compiled with -DVERSION="…" and -DBEHAVIOUR=N: 0 well, 1 exits at once, 2 answers 500, 3 ignores SIGTERM, 4 flaps, 5 never
// listens, 6 dies after some answers. PORT comes from the environment, else the first argument.
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef BEHAVIOUR
#define BEHAVIOUR 0
#endif

static const char version[] = "service-version:" VERSION;

int main(int argc, char **argv) {
  const char *name = getenv("PORT");
  int port = atoi(name ? name : argc > 1 ? argv[1] : "0");
  printf("%s starting on %d, greeting %s\n", version, port, getenv("GREETING") ? getenv("GREETING") : "none");
  fflush(stdout);
  signal(SIGPIPE, SIG_IGN);
  if (BEHAVIOUR == 1) {
    fprintf(stderr, "%s: cannot start\n", version);
    return 3;
  }
  if (BEHAVIOUR == 3) signal(SIGTERM, SIG_IGN);
  if (BEHAVIOUR == 5)
    for (;;) pause();
  int server = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(server, (struct sockaddr *)&address, sizeof address) || listen(server, 16)) {
    perror("address in use");
    return 4;
  }
  for (int count = 0;; count++) {
    int client = accept(server, 0, 0);
    if (client < 0) continue;
    char request[4096];
    if (read(client, request, sizeof request) > 0) {
      int bad = BEHAVIOUR == 2 || (BEHAVIOUR == 4 && count % 2 == 1);
      char body[512], answer[1024];
      snprintf(body, sizeof body, "{\"status\":\"%s\",\"version\":\"%s\",\"greeting\":\"%s\"}\n", bad ? "bad" : "ok", VERSION,
               getenv("GREETING") ? getenv("GREETING") : "none");
      int length = snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                            bad ? "500 Internal Server Error" : "200 OK", strlen(body), body);
      if (write(client, answer, length) < 0) perror("write");
    }
    close(client);
    if (BEHAVIOUR == 6 && count >= 2) return 5;
  }
}
