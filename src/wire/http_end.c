/*
** http_end.c -- how a transfer ended: as an outcome, and in words. See wire/http.h.
*/
#include <string.h>

#include "base/sqlite_api.h"
#include "wire/http_state.h"

long cm_transfer_bytes_sent(const cm_transfer *transfer) {
  long bytes = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes;
}

bool cm_transfer_has_left(const cm_transfer *transfer) {
  return transfer->has_connection && cm_transfer_bytes_sent(transfer) > transfer->bytes_before;
}

/** A handshake that fails does so again: another version, no certificate that both accept. */
static bool is_tls_refused(CURLcode result) {
  return result == CURLE_SSL_CONNECT_ERROR || result == CURLE_SSL_CERTPROBLEM ||
         result == CURLE_SSL_CIPHER;
}

/** Was there no connection, or none that speaks TLS? */
static bool is_unreached(const cm_transfer *transfer, CURLcode result) {
  curl_off_t connected_us = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
  return !transfer->has_connection &&
         (result == CURLE_COULDNT_RESOLVE_HOST || result == CURLE_COULDNT_RESOLVE_PROXY ||
          result == CURLE_COULDNT_CONNECT || is_tls_refused(result) ||
          (result == CURLE_OPERATION_TIMEDOUT && connected_us == 0));
}

static cm_outcome classify(const cm_transfer *transfer, CURLcode result) {
  int body_code = transfer->response.body.code;
  if (result == CURLE_OK) return CM_ANSWERED;
  if (result == CURLE_FILESIZE_EXCEEDED || body_code == SQLITE_TOOBIG) return CM_TOO_LARGE;
  if (cm_http_head_is_too_large(&transfer->head)) return CM_TOO_LARGE;
  if (result == CURLE_OUT_OF_MEMORY || body_code == SQLITE_NOMEM) return CM_NO_MEMORY;
  if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
      result == CURLE_SSL_ISSUER_ERROR)
    return CM_UNTRUSTED;
  if (is_unreached(transfer, result)) return CM_UNREACHED;
  if (!cm_transfer_has_left(transfer)) return CM_NOT_SENT;
  return result == CURLE_OPERATION_TIMEDOUT ? CM_TIMED_OUT : CM_BROKEN;
}

/** What a transfer was waiting for when its time ended. */
static const char *find_stage(const cm_transfer *transfer) {
  curl_off_t looked_up_us = 0, connected_us = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up_us);
  curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME_T, &connected_us);
  if (transfer->has_connection)
    return transfer->has_answer ? "in the middle of the answer" : "waiting for the answer";
  if (looked_up_us == 0) return "looking up the host's name";
  return connected_us == 0 ? "connecting" : "in the TLS handshake";
}

static void explain(cm_transfer *transfer, CURLcode result) {
  cm_http_response *response = &transfer->response;
  char text[sizeof response->reason + CURL_ERROR_SIZE] = "";
  const char *detail = transfer->detail[0] != 0 ? transfer->detail : curl_easy_strerror(result);
  if (cm_http_head_is_too_large(&transfer->head))
    sqlite3_snprintf((int)sizeof text, text, "the answer's header is larger than %d KiB",
                     CM_MAX_HEAD_BYTES >> 10);
  else if (response->outcome == CM_TOO_LARGE)
    sqlite3_snprintf((int)sizeof text, text, "the answer is larger than %d MiB",
                     CM_MAX_RESPONSE_BYTES >> 20);
  else if (response->outcome == CM_NO_MEMORY)
    sqlite3_snprintf((int)sizeof text, text, "out of memory");
  else if (transfer->is_early)
    sqlite3_snprintf((int)sizeof text, text,
                     "what came was sent before the request had arrived, so it is not its answer");
  else if (result == CURLE_OPERATION_TIMEDOUT)
    sqlite3_snprintf((int)sizeof text, text, "timeout after %lld ms %s", transfer->used_ms,
                     find_stage(transfer));
  else if (result == CURLE_ABORTED_BY_CALLBACK)
    sqlite3_snprintf((int)sizeof text, text, "the connection ended before the answer");
  else if (result != CURLE_OK)
    sqlite3_snprintf((int)sizeof text, text, "%s", detail);
  cm_err_line(response->reason, sizeof response->reason, text, strlen(text));
}

static void read_answer(cm_transfer *transfer) {
  cm_http_response *response = &transfer->response;
  const char *type = NULL;
  long status = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
  response->status = (int)status;
  response->is_json = cm_http_is_json(type);
  response->retry_after_ms = cm_http_head_retry_after_ms(&transfer->head);
}

void cm_transfer_end(cm_transfer *transfer, CURLcode result) {
  cm_http_response *response = &transfer->response;
  curl_off_t body_bytes = 0;
  long head_bytes = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &body_bytes);
  curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &head_bytes);
  response->wire_bytes = body_bytes + head_bytes;
  response->outcome = classify(transfer, result);
  if (response->outcome == CM_ANSWERED) read_answer(transfer);
  explain(transfer, result);
}
