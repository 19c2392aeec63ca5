import type { TextRule } from '../rule.ts';

const host = String.raw`(?<host>[\w.-]+|\[[0-9a-fA-F:]+\])`;
const port = String.raw`(?<port>\d{1,5})`;
const pattern = (source: string, flags = '') =>
  new RegExp(source.replaceAll('HOST', host).replaceAll('PORT', port), flags);

/** Names, connections and certificates. */
export const network: readonly TextRule[] = [
  {
    id: 'forge-port',
    title: 'Forgejo does not listen where the runner asks',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        pattern('[Cc]annot ping the (?:Forgejo|Gitea|[Ff]orge)[^/]*//HOST:PORT/'),
        pattern(String.raw`"https?://HOST:PORT/api/(?:actions|v1)[^"]*": dial tcp \S+ connect: connection refused`),
        pattern('(?:connection refused|Connection refused|ECONNREFUSED).*//HOST:PORT/api/(?:actions|v1)'),
        pattern("unable to access 'https?://HOST:PORT/[^']+': Failed to connect"),
      ],
    },
    message: 'Nothing answers at {host}:{port}, where Forgejo is asked for.',
    fix: 'Forgejo listens on `HTTP_PORT` of `[server]` in its app.ini; in the guide’s set-up that is 4747, NOT 3000: `curl -sf http://{host}:4747/api/healthz`. Register the runner with that address (`forgejo-runner register --instance http://{host}:4747`, or `address:` in its `.runner` file), and set ROOT_URL to it.',
    examples: {
      hit: [
        'level=error msg="Cannot ping the Forgejo instance server" error="unavailable: dial tcp: Post http://alm:3000/api/actions/ping.v1.PingService/Ping: connection refused"',
        "fatal: unable to access 'http://alm:3000/org/app.git/': Failed to connect to alm port 3000 after 0 ms: Couldn't connect to server",
      ],
      miss: ['curl: (7) Failed to connect to localhost port 5858 after 0 ms: Connection refused'],
    },
  },
  {
    id: 'ssh-refused',
    title: 'No SSH server answers',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        pattern(
          'ssh: connect to host HOST port PORT: (?<how>Connection refused|Connection timed out|No route to host|Network is unreachable)',
        ),
        pattern('ssh: Could not resolve hostname HOST: (?<how>.{1,60})'),
      ],
    },
    message: 'ssh does not reach {host}: {how}.',
    fix: 'As the runner’s user, on the runner’s host: `ssh -o ConnectTimeout=5 {host} hostname`. `~/.ssh/config` there must name it: `Host {host}` with `HostName 10.x.x.x`, `User` and `IdentityFile` (or give these to deploy-binary). On the target: `systemctl status ssh`, `ss -ltn`.',
    examples: {
      hit: [
        'ssh: connect to host system port 22: Connection refused',
        'ssh: Could not resolve hostname system: Temporary failure in name resolution',
      ],
      miss: ['Connection to system closed.'],
    },
  },
  {
    id: 'dns',
    title: 'A name cannot be resolved',
    blame: 'network',
    retryable: true,
    passing: true,
    match: {
      any: [
        pattern('Could not resolve (?:host(?:name)?|proxy): HOST'),
        pattern('getaddrinfo (?:ENOTFOUND|EAI_AGAIN) HOST'),
        pattern(
          'lookup HOST.{0,80}: (?:no such host|server misbehaving|Temporary failure in name resolution|i/o timeout)',
        ),
        pattern("Temporary failure resolving '?HOST"),
        pattern('unable to resolve host(?: address)? [‘\'"]?HOST'),
        /Temporary failure in name resolution|Name or service not known|failed to lookup address information|nodename nor servname provided/,
      ],
    },
    message: 'The name {host|of a host} cannot be resolved where the step runs.',
    fix: '`getent ahostsv4 {host|HOST}` in a step and on the runner’s host. If only the step fails: the container’s network (`dns` in /etc/docker/daemon.json, `container.network` of the runner). If both: no IPv4 or no DNS there (`ip -4 addr`, /etc/resolv.conf). If the name is known: it was a moment’s failure, run the job again.',
    examples: {
      hit: [
        'curl: (6) Could not resolve host: crates.example.org',
        'npm error network request failed, reason: getaddrinfo EAI_AGAIN registry.example.org',
        'dial tcp: lookup alm.example.org on 127.0.0.53:53: no such host',
      ],
      miss: [
        'resolving dependencies... done',
        'Resolving deltas: 100% (3/3), done.',
        'sudo: unable to resolve host alm-ci: Name or service not known',
      ],
    },
  },
  {
    id: 'connection-refused',
    title: 'Nothing listens at an address',
    blame: 'workflow',
    retryable: false,
    passing: true,
    match: {
      any: [
        pattern("Failed to connect to HOST port PORT.{0,60}(?:Connection refused|Couldn't connect to server)"),
        pattern('connect ECONNREFUSED HOST:PORT'),
        pattern(String.raw`dial tcp (?:\S+ )?HOST:PORT: connect: connection refused`),
        pattern('connection to server at "HOST".{0,80}, port PORT failed: Connection refused'),
        pattern(String.raw`HOST:PORT\b.{0,30}[Cc]onnection refused`),
        pattern('connect to HOST port PORT.{0,40}[Cc]onnection refused'),
        /[Cc]onnection refused|(?:connect |code:? ['"]?|[Ee]rror:? )ECONNREFUSED\b|os error 111/,
      ],
    },
    message: 'Nothing listens at {host|the address}, port {port|unknown}: the service is down or not up yet.',
    fix: 'On {host|that host}: `ss -ltnp | grep ":{port|PORT}"`, then start it (`systemctl restart UNIT`) and see its log. Inside a container localhost is the container itself: use the service’s name, and wait until it is healthy before the step that needs it.',
    examples: {
      hit: [
        'curl: (7) Failed to connect to localhost port 5858 after 0 ms: Connection refused',
        'Error: connect ECONNREFUSED 127.0.0.1:5432',
        'psql: error: connection to server at "10.0.3.20", port 5432 failed: Connection refused',
      ],
      miss: ['connection accepted from 127.0.0.1:5432', 'const ECONNREFUSED = 111;'],
    },
  },
  {
    id: 'tls-expired',
    title: 'A certificate has expired',
    blame: 'network',
    retryable: false,
    passing: true,
    match: {
      any: [
        /certificate has expired|CERT_HAS_EXPIRED|certificate is not yet valid|x509: certificate has expired or is not yet valid/,
      ],
    },
    message: 'The server’s certificate has expired (or this machine’s clock is wrong).',
    fix: '`date -u` on the runner’s host, then the certificate: `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -dates`. Renew it on the server (Caddy renews by itself when it is reachable on port 80 and 443).',
    examples: {
      hit: ['curl: (60) SSL certificate problem: certificate has expired'],
      miss: ['certificate has been renewed'],
    },
  },
  {
    id: 'tls-untrusted',
    title: 'A certificate is not trusted',
    blame: 'runner',
    retryable: false,
    passing: true,
    match: {
      any: [
        /cannot verify (?<host3>\S+)'s certificate|certificate verify failed|server certificate verification failed|unable to get local issuer certificate|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT_LOCALLY)/,
        /x509: certificate signed by unknown authority|[Ss]elf[- ]signed certificate|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT/,
        /x509: certificate is valid for .+, not (?<host>\S+)|certificate subject name .+ does not match target host name '(?<host2>[^']+)'/,
        /invalid peer certificate: (?:UnknownIssuer|Other)/,
      ],
    },
    message: 'The certificate of a server is not trusted: its authority is not known here.',
    fix: 'Copy the authority’s certificate (from the vault container, or whoever signs) to /usr/local/share/ca-certificates/NAME.crt on the runner’s host or in the image and run `update-ca-certificates`. Node reads NODE_EXTRA_CA_CERTS, git GIT_SSL_CAINFO, Python REQUESTS_CA_BUNDLE. Do not switch verification off.',
    examples: {
      hit: [
        'curl: (60) SSL certificate problem: unable to get local issuer certificate',
        'Get "https://vault:8200/v1/sys/health": x509: certificate signed by unknown authority',
        'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed',
      ],
      miss: ['SSL certificate verify ok.'],
    },
  },
  {
    id: 'rate-limit',
    title: 'Too many requests',
    blame: 'network',
    retryable: true,
    passing: true,
    match: {
      any: [
        /API rate limit exceeded|HTTP(?:\/[\d.]+)? 429|429 Too Many Requests|status(?: code)?:? 429|returned error: 429|secondary rate limit/,
      ],
    },
    message: 'A server refuses more requests for now (429).',
    fix: 'Run it again later; log in with a token (its limit is higher), cache what is fetched, or use a mirror.',
    examples: {
      hit: [
        'curl: (22) The requested URL returned error: 429',
        'npm error 429 Too Many Requests - GET https://registry.example.org/x',
      ],
      miss: ['429 tests passed'],
    },
  },
  {
    id: 'network-timeout',
    title: 'A server did not answer in time',
    blame: 'network',
    retryable: true,
    passing: true,
    match: {
      any: [
        /(?:connect |read |code:? ['"]?|[Ee]rror:? )(?:ETIMEDOUT|ESOCKETTIMEDOUT)\b|i\/o timeout|TLS handshake timeout|net\/http: request canceled|Client\.Timeout exceeded/,
        pattern('Failed to connect to HOST port PORT.{0,60}(?:timed out|Timeout)', 'i'),
        /(?:Connection|Operation|Read|connect|read) timed out|Timeout was reached|curl: \(28\)/,
        /npm (?:ERR!|error) network timeout/,
        /[Nn]o route to host|EHOSTUNREACH|Network is unreachable|ENETUNREACH/,
      ],
      not: [/^\s*(?:ok|not ok|✓|✗|✔|×)\s/],
    },
    message: 'The network did not answer in time.',
    fix: 'Run the job again. If it stays: `curl -v --connect-timeout 10 https://{host|HOST}/` on the runner’s host and inside a container of it; a firewall, a missing route, or a too large MTU in the container network (1450 behind a tunnel).',
    examples: {
      hit: [
        'npm error network timeout',
        'dial tcp 10.0.3.7:443: i/o timeout',
        'curl: (28) Operation timed out after 30001 milliseconds',
      ],
      miss: ['timeout: 30s', 'ok 3 - connect timed out is retried'],
    },
  },
  {
    id: 'connection-lost',
    title: 'A connection broke',
    blame: 'network',
    retryable: true,
    passing: true,
    match: {
      any: [
        /ECONNRESET|[Cc]onnection reset by peer|socket hang up|unexpected disconnect while reading sideband packet|The remote end hung up unexpectedly|early EOF|RPC failed; (?:curl|HTTP) \d+|Connection closed by (?:remote host|\S+ port \d+)|client_loop: send disconnect|[Bb]roken pipe \(os error 32\)/,
        /spurious network error|curl: \((?:18|52|55|56|92)\)/,
      ],
      not: [/^warning: spurious/],
    },
    message: 'A connection broke while data was sent.',
    fix: 'Run the job again. If it stays: the server’s log at that time, the proxy’s limits (Caddy: body size and time-outs), and the MTU of the container network.',
    examples: {
      hit: [
        'fatal: the remote end hung up unexpectedly\nerror: RPC failed; curl 18 transfer closed with outstanding read data remaining',
      ],
      miss: ['warning: spurious network error (2 tries remaining): [56] Failure when receiving data'],
    },
  },
  {
    id: 'not-found',
    title: 'An address does not exist, or not for this login',
    blame: 'workflow',
    retryable: false,
    passing: true,
    match: {
      any: [
        /curl: \(22\) The requested URL returned error: (?<status>40[0-9]|410)\b/,
        /^\S* ?ERROR (?<status>40[0-9]): /,
        /^wget: server returned error: HTTP\/[\d.]+ (?<status>4\d\d)/,
      ],
      not: [/error: (?:408|429)\b/],
    },
    message: 'A server answered {status} to what the step asked of it.',
    fix: 'Ask for the same address by hand with `curl -v`: 404 is a wrong address, version or file name, or a private one asked without a token; 401 and 403 a token that is missing, expired or may not.',
    examples: {
      hit: ['curl: (22) The requested URL returned error: 404'],
      miss: ['curl: (22) The requested URL returned error: 502'],
    },
  },
  {
    id: 'server-error',
    title: 'A server answered with an error of its own',
    blame: 'network',
    retryable: true,
    passing: true,
    match: {
      any: [
        /returned error: (?<status>50\d)\b|HTTP(?:\/[\d.]+)? (?<status2>50[234])\b|npm (?:ERR!|error) code E(?<status3>50\d)|(?:status(?: code)?|response):? (?<status4>50[234])\b|(?<status5>50[234]) (?:Bad Gateway|Service Unavailable|Gateway Time-?out)/,
      ],
    },
    message: 'A server that the step asked is in trouble (an answer of 5xx).',
    fix: 'Run the job again. If it is your own server: `systemctl status` and the log of the service behind the proxy.',
    examples: {
      hit: [
        'curl: (22) The requested URL returned error: 502',
        'npm error 503 Service Unavailable - GET https://registry.example.org/x',
      ],
      miss: ['502 files rendered'],
    },
  },
];
