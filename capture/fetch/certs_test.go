package fetch

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// validity says when a certificate for tests is valid.
type validity struct{ from, to time.Duration } // from now

var (
	valid   = validity{-time.Hour, time.Hour}
	expired = validity{-2 * time.Hour, -time.Hour}
)

// keyPair writes a self-signed certificate for 127.0.0.1 and its key.
func keyPair(t *testing.T, when validity) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(when.from),
		NotAfter:     time.Now().Add(when.to),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePEM(t, cert, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	writePEM(t, key, &pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	return cert, key
}

func writePEM(t *testing.T, file string, block *pem.Block) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
}
