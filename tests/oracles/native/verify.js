// The OpenSSL inside a Node release, as a TLS client over a batch of cases; runs on Node 0.10 and later.
// argv[2]: a file of lines position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error|
var tls = require('tls'), fs = require('fs');

var lines = fs.readFileSync(process.argv[2], 'utf8').trim().split('\n');

// Node 0.10 wants the roots one by one: of a string it takes the first certificate only.
function certificates(file) {
  return fs.readFileSync(file, 'utf8').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g);
}

function judge(index) {
  if (index >= lines.length) process.exit(0);
  var field = lines[index].split('|'), done = false;
  function finish(verdict, error) {
    if (done) return;
    done = true;
    process.stdout.write(field[0] + '|' + verdict + '|' + String(error || '').replace(/[|\n]/g, ' ') + '|\n');
    setImmediate(function () { judge(index + 1); });
  }
  var options = {
    host: '127.0.0.1', port: +field[5], servername: field[3], ca: certificates(field[1]), rejectUnauthorized: false
  };
  if (process.env.CIPHERS) options.ciphers = process.env.CIPHERS;
  if (process.env.CURVES) options.ecdhCurve = process.env.CURVES;
  var socket = tls.connect(options, function () {
    var error = socket.authorizationError;
    socket.end();
    finish(socket.authorized && !error ? 'accept' : 'reject', error && (error.code || error.message || error));
  });
  // Without rejectUnauthorized no certificate ends a connection: TLS itself found no common ground.
  socket.on('error', function (error) { finish('cannot', 'connection: ' + (error.code || error.message)); });
}

judge(0);
