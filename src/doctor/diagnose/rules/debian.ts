/**
 * The Debian packages that well-known libraries and headers come with (Debian 12, packages.debian.org). Only those whose
 * package is not told by their name.
 */
const packages: Readonly<Record<string, string>> = {
  alsa: 'libasound2-dev',
  asound: 'libasound2-dev',
  'alsa/asoundlib': 'libasound2-dev',
  bz2: 'libbz2-dev',
  bzlib: 'libbz2-dev',
  cairo: 'libcairo2-dev',
  crypto: 'libssl-dev',
  curl: 'libcurl4-openssl-dev',
  'curl/curl': 'libcurl4-openssl-dev',
  'dbus-1': 'libdbus-1-dev',
  'dbus/dbus': 'libdbus-1-dev',
  event: 'libevent-dev',
  expat: 'libexpat1-dev',
  ffi: 'libffi-dev',
  fontconfig: 'libfontconfig-dev',
  freetype2: 'libfreetype-dev',
  fuse: 'libfuse-dev',
  fuse3: 'libfuse3-dev',
  gcc: 'build-essential',
  git2: 'libgit2-dev',
  'glib-2.0': 'libglib2.0-dev',
  gmp: 'libgmp-dev',
  'gtk+-3.0': 'libgtk-3-dev',
  'gtk-3': 'libgtk-3-dev',
  gtk4: 'libgtk-4-dev',
  icu: 'libicu-dev',
  jpeg: 'libjpeg-dev',
  ldap: 'libldap-dev',
  lzma: 'liblzma-dev',
  mysqlclient: 'default-libmysqlclient-dev',
  ncurses: 'libncurses-dev',
  openssl: 'libssl-dev',
  'openssl/ssl': 'libssl-dev',
  pango: 'libpango1.0-dev',
  pcap: 'libpcap-dev',
  png: 'libpng-dev',
  pq: 'libpq-dev',
  'pq-fe': 'libpq-dev',
  python: 'python3-dev',
  readline: 'libreadline-dev',
  sodium: 'libsodium-dev',
  'soup-3.0': 'libsoup-3.0-dev',
  sqlite3: 'libsqlite3-dev',
  ssh2: 'libssh2-1-dev',
  ssl: 'libssl-dev',
  'stdc++': 'build-essential',
  systemd: 'libsystemd-dev',
  udev: 'libudev-dev',
  'usb-1.0': 'libusb-1.0-0-dev',
  uuid: 'uuid-dev',
  'wayland-client': 'libwayland-dev',
  'webkit2gtk-4.1': 'libwebkit2gtk-4.1-dev',
  x11: 'libx11-dev',
  'x11/xlib': 'libx11-dev',
  xcb: 'libxcb1-dev',
  xkbcommon: 'libxkbcommon-dev',
  xml2: 'libxml2-dev',
  'xml-2.0': 'libxml2-dev',
  xslt: 'libxslt1-dev',
  yaml: 'libyaml-dev',
  z: 'zlib1g-dev',
  zlib: 'zlib1g-dev',
  zmq: 'libzmq3-dev',
  zstd: 'libzstd-dev',
};

/** @param name as a linker, pkg-config or a compiler says it: `pq`, `libpq`, `libpq-fe.h`, `openssl/ssl.h` */
export function debianPackage(name: string): string | undefined {
  const bare = name.toLowerCase().replace(/\.h(?:pp)?$/, '');
  for (const one of [bare, bare.replace(/^lib/, '')]) if (Object.hasOwn(packages, one)) return packages[one];
  return undefined;
}

const programs: Readonly<Record<string, string>> = {
  '7z': 'p7zip-full',
  cc: 'build-essential',
  dig: 'dnsutils',
  docker: 'docker.io',
  envsubst: 'gettext-base',
  'g++': 'build-essential',
  gcc: 'build-essential',
  ip: 'iproute2',
  mysql: 'default-mysql-client',
  node: 'nodejs',
  nslookup: 'dnsutils',
  pg_dump: 'postgresql-client',
  pg_isready: 'postgresql-client',
  ping: 'iputils-ping',
  pip: 'python3-pip',
  pip3: 'python3-pip',
  ps: 'procps',
  psql: 'postgresql-client',
  'pkg-config': 'pkgconf',
  protoc: 'protobuf-compiler',
  python: 'python3',
  'redis-cli': 'redis-tools',
  rg: 'ripgrep',
  scp: 'openssh-client',
  ss: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keyscan': 'openssh-client',
  xz: 'xz-utils',
};
/** Packages that are called as their program. */
const same =
  /^(?:autoconf|automake|bc|bzip2|cargo|ccache|clang|cmake|curl|file|git|gawk|jq|lld|lsof|make|meson|mold|nasm|ninja-build|npm|patchelf|patch|pkgconf|rsync|shellcheck|sqlite3|sshpass|strace|sudo|tree|unzip|wget|zip|zstd)$/;

/** The Debian package that a program comes with, for those that are asked for most. */
export const debianProgram = (command: string): string | undefined =>
  Object.hasOwn(programs, command) ? programs[command] : same.test(command) ? command : undefined;
