import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.security.*;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;

/**
 * Java's certificate path code over a batch of cases. Arguments: mode, and optionally a provider to put first.
 * Modes: PKIX and SunX509 (the TLS trust managers, in a handshake), builder and validator (java.security.cert).
 * stdin: position|roots.pem|chain.pem|host|seconds|port    stdout: position|verdict|error|fingerprints
 */
public class Verify {
    static List<X509Certificate> load(String file) throws Exception {
        List<X509Certificate> all = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(new FileInputStream(file))) {
            for (java.security.cert.Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in))
                all.add((X509Certificate) one);
        }
        return all;
    }

    static PKIXBuilderParameters parameters(Set<TrustAnchor> anchors, X509CertSelector target, long seconds)
            throws Exception {
        PKIXBuilderParameters made = new PKIXBuilderParameters(anchors, target);
        made.setRevocationEnabled(false);
        made.setDate(new Date(seconds * 1000));
        return made;
    }

    static String prints(List<? extends java.security.cert.Certificate> path) throws Exception {
        StringBuilder text = new StringBuilder();
        for (java.security.cert.Certificate one : path) {
            for (byte b : MessageDigest.getInstance("SHA-256").digest(one.getEncoded()))
                text.append(String.format("%02x", b));
            text.append(",");
        }
        return text.toString();
    }

    static String build(Set<TrustAnchor> anchors, List<X509Certificate> chain, long seconds) throws Exception {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(chain.get(0));
        PKIXBuilderParameters made = parameters(anchors, target, seconds);
        made.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
        PKIXCertPathBuilderResult result = (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(made);
        return prints(result.getCertPath().getCertificates())
                + prints(Collections.singletonList(result.getTrustAnchor().getTrustedCert()));
    }

    /** The list without a self-issued end: programs do not put the root into the path they validate. */
    static List<X509Certificate> withoutRoot(List<X509Certificate> chain) {
        X509Certificate last = chain.get(chain.size() - 1);
        boolean root = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        return root && chain.size() > 1 ? chain.subList(0, chain.size() - 1) : chain;
    }

    static String validate(Set<TrustAnchor> anchors, List<X509Certificate> chain, long seconds) throws Exception {
        PKIXParameters made = parameters(anchors, new X509CertSelector(), seconds);
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(withoutRoot(chain));
        CertPathValidator.getInstance("PKIX").validate(path, made);
        return "";
    }

    static TrustManager[] managers(String mode, Set<TrustAnchor> anchors, long seconds) throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(mode);
        if (mode.equals("SunX509")) {
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            int number = 0;
            for (TrustAnchor anchor : anchors) store.setCertificateEntry("root" + number++, anchor.getTrustedCert());
            factory.init(store);
        } else {
            factory.init(new CertPathTrustManagerParameters(parameters(anchors, new X509CertSelector(), seconds)));
        }
        return factory.getTrustManagers();
    }

    static String handshake(String mode, Set<TrustAnchor> anchors, String host, long seconds, int port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers(mode, anchors, seconds), null);
        Socket plain = new Socket("127.0.0.1", port);
        plain.setSoTimeout(8000);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true)) {
            SSLParameters wanted = socket.getSSLParameters();
            wanted.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(wanted);
            socket.startHandshake();
        }
        return "";
    }

    static String causes(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        for (Throwable t = thrown; t != null; t = t.getCause() == t ? null : t.getCause())
            text.append(t.getClass().getSimpleName()).append(": ").append(t.getMessage()).append("; ");
        return text.toString().replace('\n', ' ').replace('|', '/');
    }

    static String judge(String mode, String[] field) throws Exception {
        Set<TrustAnchor> anchors = new LinkedHashSet<>();
        for (X509Certificate root : load(field[1])) anchors.add(new TrustAnchor(root, null));
        long seconds = Long.parseLong(field[4]);
        if (mode.equals("builder")) return build(anchors, load(field[2]), seconds);
        if (mode.equals("validator")) return validate(anchors, load(field[2]), seconds);
        return handshake(mode, anchors, field[3], seconds, Integer.parseInt(field[5]));
    }

    public static void main(String[] argument) throws Exception {
        if (argument.length > 1)
            Security.insertProviderAt((Provider) Class.forName(argument[1]).getDeclaredConstructor().newInstance(), 1);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] field = line.split("\\|");
            try {
                System.out.println(field[0] + "|accept||" + judge(argument[0], field));
            } catch (Exception e) {
                System.out.println(field[0] + "|reject|" + causes(e) + "|");
            }
        }
    }
}
