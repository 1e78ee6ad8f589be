package dev.gantry.controller.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** Keys and certificates as text, in the form that every tool reads. */
final class Pem {

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END CERTIFICATE-----");
    private static final int LINE = 64;

    private Pem() {}

    static String of(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    /** As SEC 1 has it, with its curve and its public key. */
    static String ofCurve(PrivateKey key, ECPublicKey publicKey) {
        try {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(key.getEncoded());
            ECPrivateKey inner = ECPrivateKey.getInstance(info.parsePrivateKey());
            DERBitString point = new DERBitString(SubjectPublicKeyInfo.getInstance(publicKey.getEncoded())
                    .getPublicKeyData()
                    .getBytes());
            int bits = publicKey.getParams().getOrder().bitLength();
            ECPrivateKey whole = new ECPrivateKey(
                    bits, inner.getKey(), point, info.getPrivateKeyAlgorithm().getParameters());
            return block("EC PRIVATE KEY", whole.getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("a key cannot be encoded", e);
        }
    }

    static String of(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate cannot be encoded", e);
        }
    }

    static PrivateKey privateKey(String text) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(body(PRIVATE_KEY, text)));
    }

    static X509Certificate certificate(String text) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(body(CERTIFICATE, text)));
    }

    private static byte[] body(Pattern pattern, String text) throws GeneralSecurityException {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new GeneralSecurityException("there is no such block in the text");
        }
        return Base64.getMimeDecoder().decode(matcher.group(1));
    }

    private static String block(String name, byte[] der) {
        String body = Base64.getMimeEncoder(LINE, "\n".getBytes(US_ASCII)).encodeToString(der);
        return "-----BEGIN " + name + "-----\n" + body + "\n-----END " + name + "-----\n";
    }
}
