package dev.gantry.agent.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.gantry.agent.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * Who this node is: its key, the certificate that carries its id, and the authority it trusts, each in a file of the data
 * directory.
 */
public final class NodeIdentity {

    private static final String KEY = "key.pem";
    private static final String NEXT_KEY = "key.next.pem";
    private static final String CERTIFICATE = "cert.pem";
    private static final String AUTHORITY = "ca.pem";
    private static final Pattern SUBJECT = Pattern.compile("CN=([0-9a-f]{32})");
    private static final double RENEW_FROM = 0.5;
    private static final double RENEW_TO = 0.8;

    private final String nodeId;
    private final PrivateKey key;
    private final X509Certificate certificate;
    private final X509Certificate authority;

    private NodeIdentity(String nodeId, PrivateKey key, X509Certificate certificate, X509Certificate authority) {
        this.nodeId = nodeId;
        this.key = key;
        this.certificate = certificate;
        this.authority = authority;
    }

    /**
     * The identity in a directory; empty when there is none.
     *
     * @throws LinkException when there is one that cannot be used
     */
    public static Optional<NodeIdentity> load(Path directory) {
        if (!Files.exists(directory.resolve(CERTIFICATE))) {
            return Optional.empty();
        }
        try {
            X509Certificate certificate = Keys.certificate(text(directory, CERTIFICATE));
            X509Certificate authority = Keys.certificate(text(directory, AUTHORITY));
            return Optional.of(of(key(directory, certificate), certificate, authority));
        } catch (IOException | GeneralSecurityException e) {
            throw new LinkException(
                    "the node's identity in " + directory + " cannot be used (" + e.getMessage()
                            + "); remove key.pem, cert.pem and ca.pem there and join again with a new token",
                    e);
        }
    }

    /** Removes the identity, the certificate first: without one there is no identity. */
    public static void forget(Path directory) throws IOException {
        for (String name : List.of(CERTIFICATE, KEY, NEXT_KEY, AUTHORITY)) {
            Files.deleteIfExists(directory.resolve(name));
        }
    }

    /** Keeps a new certificate and its key. A crash leaves the old pair or the new one, never half of each. */
    static NodeIdentity store(Path directory, PrivateKey key, String certificate, String authority) {
        try {
            NodeIdentity identity = of(key, Keys.certificate(certificate), Keys.certificate(authority));
            DurableFile.write(directory.resolve(NEXT_KEY), Keys.text(key).getBytes(US_ASCII));
            DurableFile.write(directory.resolve(AUTHORITY), authority.getBytes(US_ASCII));
            // From here on the certificate decides which of the two keys is the node's.
            DurableFile.write(directory.resolve(CERTIFICATE), certificate.getBytes(US_ASCII));
            promote(directory);
            return identity;
        } catch (IOException | GeneralSecurityException e) {
            throw new LinkException("cannot keep the node's identity in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static NodeIdentity of(PrivateKey key, X509Certificate certificate, X509Certificate authority)
            throws GeneralSecurityException {
        Matcher subject = SUBJECT.matcher(certificate.getSubjectX500Principal().getName());
        if (!subject.matches()) {
            throw new GeneralSecurityException("the certificate carries no node id");
        }
        certificate.verify(authority.getPublicKey());
        return new NodeIdentity(subject.group(1), key, certificate, authority);
    }

    private static PrivateKey key(Path directory, X509Certificate certificate)
            throws IOException, GeneralSecurityException {
        Path next = directory.resolve(NEXT_KEY);
        if (Files.exists(next)) {
            PrivateKey candidate = Keys.privateKey(text(directory, NEXT_KEY));
            if (belongs(candidate, certificate.getPublicKey())) {
                promote(directory);
                return candidate;
            }
        }
        PrivateKey key = Keys.privateKey(text(directory, KEY));
        if (!belongs(key, certificate.getPublicKey())) {
            throw new InvalidKeyException("key.pem is not the key of cert.pem");
        }
        return key;
    }

    private static void promote(Path directory) throws IOException {
        Files.move(directory.resolve(NEXT_KEY), directory.resolve(KEY), StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean belongs(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        byte[] sample = "gantry".getBytes(US_ASCII);
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(sample);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(sample);
        return signature.verify(signed);
    }

    private static String text(Path directory, String name) throws IOException {
        return Files.readString(directory.resolve(name), US_ASCII);
    }

    /** 32 hexadecimal digits, given by the controller. */
    public String nodeId() {
        return nodeId;
    }

    X509Certificate authority() {
        return authority;
    }

    /** The end of the certificate's life. */
    Instant expiresAt() {
        return certificate.getNotAfter().toInstant();
    }

    /**
     * When to renew: between 50 and 80 % of the certificate's life, so that a fleet does not come all at once.
     *
     * @param fraction 0 to 1, by chance
     */
    Instant renewAt(double fraction) {
        Instant start = certificate.getNotBefore().toInstant();
        double share = RENEW_FROM + (RENEW_TO - RENEW_FROM) * fraction;
        return start.plusMillis((long) (Duration.between(start, expiresAt()).toMillis() * share));
    }

    KeyManager[] keyManagers() {
        try {
            char[] unused = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, unused);
            store.setKeyEntry("node", key, unused, new Certificate[] {certificate});
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, unused);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot use the node's key", e);
        }
    }
}
