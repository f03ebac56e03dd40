/** The certificate with which the server speaks TLS. */

export const tlsSection = {
  key: {
    doc: 'The file of the private key (PEM). With `tls.cert`, HTTP and WebSocket are spoken over TLS only.',
    format: String,
    default: '',
    env: 'TLS_KEY',
  },
  cert: {
    doc: 'The file of the certificate, followed by those between it and the root (PEM).',
    format: String,
    default: '',
    env: 'TLS_CERT',
  },
  passphrase: {
    doc: 'What the private key is encrypted with, if it is.',
    format: String,
    default: '',
    env: 'TLS_PASSPHRASE',
    sensitive: true,
  },
};
