// Go's crypto/x509 Certificate.Verify over a batch of cases.
// stdin: position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error|fingerprints
package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

func load(file string) (all []*x509.Certificate, err error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return all, nil
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, certificate)
	}
}

func judge(fields []string) ([]*x509.Certificate, error) {
	roots, err := load(fields[1])
	if err != nil {
		return nil, err
	}
	chain, err := load(fields[2])
	if err != nil {
		return nil, err
	}
	seconds, _ := strconv.ParseInt(fields[4], 10, 64)
	options := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(),
		DNSName: fields[3], CurrentTime: time.Unix(seconds, 0)}
	for _, root := range roots {
		options.Roots.AddCert(root)
	}
	for _, certificate := range chain[1:] {
		options.Intermediates.AddCert(certificate)
	}
	chains, err := chain[0].Verify(options)
	if err != nil {
		return nil, err
	}
	return chains[0], nil
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "|")
		path, err := judge(fields)
		if err != nil {
			fmt.Printf("%s|reject|%s|\n", fields[0], strings.NewReplacer("\n", " ", "|", "/").Replace(err.Error()))
			continue
		}
		var prints []string
		for _, certificate := range path {
			digest := sha256.Sum256(certificate.Raw)
			prints = append(prints, hex.EncodeToString(digest[:]))
		}
		fmt.Printf("%s|accept||%s\n", fields[0], strings.Join(prints, ","))
	}
}
