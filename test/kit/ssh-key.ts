import ssh2 from 'ssh2';

/** A new key pair. Of those that ssh2 makes, one in two hundred is malformed: it loses an octet of zero. */
export function newSshKey(): { public: string; private: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
