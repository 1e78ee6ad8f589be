package dev.gantry.agent.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** The node's key, the request for its certificate, and both as text. */
final class Keys {

    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";
    private static final int LINE = 64;
    private static final int BASE = 36;

    private Keys() {}

    static KeyPair fresh(SecureRandom chance) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), chance);
        return generator.generateKeyPair();
    }

    /** PKCS#10, DER. The controller gives the node its name, so the subject does not matter. */
    static byte[] request(KeyPair pair, SecureRandom chance) throws GeneralSecurityException {
        try {
            return new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=node"), pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA")
                            .setSecureRandom(chance)
                            .build(pair.getPrivate()))
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new GeneralSecurityException("cannot make a certificate request", e);
        }
    }

    static String text(PrivateKey key) {
        return KEY_BEGIN + "\n" + lines(key.getEncoded()) + "\n" + KEY_END + "\n";
    }

    static String text(X509Certificate certificate) throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n" + lines(certificate.getEncoded()) + "\n-----END CERTIFICATE-----\n";
    }

    private static String lines(byte[] der) {
        return Base64.getMimeEncoder(LINE, "\n".getBytes(US_ASCII)).encodeToString(der);
    }

    static PrivateKey privateKey(String text) throws GeneralSecurityException {
        int begin = text.indexOf(KEY_BEGIN);
        int end = text.indexOf(KEY_END);
        if (begin < 0 || end < begin) {
            throw new GeneralSecurityException("there is no private key in the file");
        }
        byte[] encoded = Base64.getMimeDecoder().decode(text.substring(begin + KEY_BEGIN.length(), end));
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    }

    static X509Certificate certificate(String text) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(text.getBytes(US_ASCII)));
    }

    /** SHA-256 in base 36 with 50 digits, as join tokens carry it. */
    static String fingerprint(X509Certificate certificate) throws GeneralSecurityException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        String digits = new BigInteger(1, hash).toString(BASE);
        return "0".repeat(50 - digits.length()) + digits;
    }
}
