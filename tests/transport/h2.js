// A server that offers HTTP/2 and HTTP/1.1 in front of another one. On HTTP/2 it ends streams in the ways that are safe
// to send again: "goaway" says GOAWAY on a session's 50th stream and refuses those behind it, "refuse" refuses every 7th.
//
//   node h2.js CERTIFICATE KEY PORT goaway|refuse      prints its base URL
'use strict';
const fs = require('fs');
const http = require('http');
const http2 = require('http2');

const [certificate, key, port, mode] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const own = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host']);
const refused = http2.constants.NGHTTP2_REFUSED_STREAM;
let count = 0;

function isRefused(request) {
  if (request.httpVersionMajor !== 2) return false;
  if (mode === 'refuse') return ++count % 7 === 0;
  const session = request.stream.session;
  session.count = (session.count || 0) + 1;
  if (session.count === 50) session.goaway(0, request.stream.id);
  return session.count > 50;
}

function forward(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name[0] !== ':' && !own.has(name)));
}

function answer(request, response) {
  if (isRefused(request)) {
    request.stream.close(refused);
    return;
  }
  const behind = http.request(
    { host: '127.0.0.1', port, method: request.method, path: request.url, headers: forward(request.headers), agent },
    (got) => {
      response.writeHead(got.statusCode, forward(got.headers));
      got.pipe(response);
    });
  request.pipe(behind);
}

const files = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key), allowHTTP1: true };
const server = http2.createSecureServer(files, answer);
server.listen(0, '127.0.0.1', () => console.log(`https://127.0.0.1:${server.address().port}/v1`));
