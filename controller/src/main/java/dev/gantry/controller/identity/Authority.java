package dev.gantry.controller.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** The cluster's certificate authority. Its key is sealed in the store, so that every controller is the same one. */
public final class Authority {

    /** Long enough that nobody is cut off by it; it is the key that must be kept. */
    public static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);

    /** A controller gets a new one with each start. */
    public static final Duration SERVER_LIFE = Duration.ofDays(730);

    public static final Duration NODE_LIFE = Duration.ofDays(90);

    public static final Duration USER_LIFE = Duration.ofDays(365);

    private static final String NAME = "Gantry cluster authority";
    private static final String NODE_ID = "[0-9a-f]{32}";
    private static final String HOST = "[0-9A-Za-z:*._-]{1,253}";
    private static final int REQUEST_BYTES_MAX = 16 * 1024;
    private static final int KEY_BITS_MIN = 256;
    // A SHA-256 in base 36 has up to 50 digits.
    private static final int FINGERPRINT_DIGITS = 50;
    private static final int BASE = 36;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final SecureRandom chance;

    private Authority(X509Certificate certificate, PrivateKey key, SecureRandom chance) {
        this.certificate = certificate;
        this.key = key;
        this.chance = chance;
    }

    /** The authority of this cluster; the first controller that starts makes it. */
    public static Authority open(Vault vault, Instant now, SecureRandom chance) throws InterruptedException {
        String stored = new String(vault.obtain("authority", () -> create(now, chance)), US_ASCII);
        try {
            return new Authority(Pem.certificate(stored), Pem.privateKey(stored), chance);
        } catch (GeneralSecurityException e) {
            throw new IdentityException("the stored certificate authority cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] create(Instant now, SecureRandom chance) {
        try {
            KeyPair pair = Certificates.newKey(chance);
            X509Certificate certificate =
                    Certificates.authority(NAME, pair, AUTHORITY_LIFE, new Certificates.Issuing(now, chance));
            return (Pem.of(certificate) + Pem.of(pair.getPrivate())).getBytes(US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a certificate authority", e);
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public String certificatePem() {
        return Pem.of(certificate);
    }

    /** SHA-256 of the certificate in base 36, always {@value #FINGERPRINT_DIGITS} digits: what join tokens carry. */
    public String fingerprint() {
        try {
            String digits = new BigInteger(1, Hash.sha256(certificate.getEncoded())).toString(BASE);
            return "0".repeat(FINGERPRINT_DIGITS - digits.length()) + digits;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the authority's certificate cannot be encoded", e);
        }
    }

    /**
     * A new key and certificate for a controller.
     *
     * @param names addresses and DNS names from the configuration, never from what somebody asked for
     */
    public ServerIdentity issueServer(List<String> names, Instant now) {
        for (String name : names) {
            if (!name.matches(HOST)) {
                throw new IdentityException("'" + name + "' is neither an address nor a DNS name");
            }
        }
        try {
            KeyPair pair = Certificates.newKey(chance);
            X509Certificate issued = issue(
                    new Certificates.Subject(
                            "Gantry controller",
                            List.of(),
                            pair.getPublic(),
                            names,
                            KeyPurposeId.id_kp_serverAuth,
                            SERVER_LIFE),
                    now);
            return new ServerIdentity(pair.getPrivate(), List.of(issued, certificate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot issue a server certificate", e);
        }
    }

    /**
     * A new key and certificate for a user of the Kubernetes API.
     *
     * @param groups that the user is in
     */
    public ServerIdentity issueUser(String name, List<String> groups, Instant now) {
        try {
            KeyPair pair = Certificates.newKey(chance);
            X509Certificate issued = issue(
                    new Certificates.Subject(
                            name, groups, pair.getPublic(), List.of(), KeyPurposeId.id_kp_clientAuth, USER_LIFE),
                    now);
            return new ServerIdentity(pair.getPrivate(), List.of(issued));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot issue a certificate for " + name, e);
        }
    }

    /**
     * The certificate that makes the holder of a key a node. Only the key is taken from the request.
     *
     * @param request PKCS#10, DER
     * @return PEM
     * @throws IdentityException when the request is no good
     */
    public String issueNode(byte[] request, String nodeId, Instant now) {
        if (!nodeId.matches(NODE_ID)) {
            throw new IllegalStateException("a node's id is 32 hexadecimal digits, was " + nodeId);
        }
        PublicKey nodeKey = requestedKey(request);
        try {
            return Pem.of(issue(
                    new Certificates.Subject(
                            nodeId, List.of(), nodeKey, List.of(), KeyPurposeId.id_kp_clientAuth, NODE_LIFE),
                    now));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot issue a certificate for node " + nodeId, e);
        }
    }

    /** The key that a request asks a certificate for, after a look at whether its sender holds it. */
    static PublicKey requestedKey(byte[] request) {
        if (request.length > REQUEST_BYTES_MAX) {
            throw new IdentityException("a certificate request has at most " + REQUEST_BYTES_MAX + " bytes");
        }
        try {
            JcaPKCS10CertificationRequest parsed = new JcaPKCS10CertificationRequest(request);
            PublicKey requested = parsed.getPublicKey();
            if (!(requested instanceof ECPublicKey ec)
                    || ec.getParams().getCurve().getField().getFieldSize() < KEY_BITS_MIN) {
                throw new IdentityException("a node's key must be on an elliptic curve of at least 256 bits");
            }
            if (!parsed.isSignatureValid(new JcaContentVerifierProviderBuilder().build(requested))) {
                throw new IdentityException("the certificate request is not signed with its own key");
            }
            return requested;
        } catch (IOException | GeneralSecurityException | OperatorCreationException | PKCSException e) {
            throw new IdentityException("the certificate request cannot be read", e);
        }
    }

    private X509Certificate issue(Certificates.Subject subject, Instant now) throws GeneralSecurityException {
        return Certificates.leaf(subject, certificate, key, new Certificates.Issuing(now, chance));
    }
}
