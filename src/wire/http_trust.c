#include "wire/http_trust.h"

#include <stddef.h>
#include <unistd.h>

const char *const cm_trust_places[] = {
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/ssl/cert.pem",
  NULL,
};

const char *cm_trust_file(const char *named, const char *const *places) {
  if (named != NULL && named[0] != '\0') return named;
  while (*places != NULL && access(*places, R_OK) != 0)
    places++;
  return *places;
}
