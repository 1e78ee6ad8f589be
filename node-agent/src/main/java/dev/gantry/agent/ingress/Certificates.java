package dev.gantry.agent.ingress;

import dev.gantry.proto.IngressCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Reads certificates, and makes the one that is shown where there is none. */
final class Certificates {

    private static final X500Name NAME = new X500Name("CN=Gantry Ingress Default Certificate,O=Gantry");
    private static final int DAYS = 3650;
    private static final int SERIAL_BITS = 127;

    private Certificates() {}

    /** What a server shows of itself, and proves by the key. */
    record Shown(List<X509Certificate> chain, PrivateKey key) {}

    /** @throws GeneralSecurityException with the reason, when it cannot be used */
    static Shown read(IngressCertificate pem) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getChain().toByteArray()))
                .forEach(one -> chain.add((X509Certificate) one));
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("there is no certificate in it");
        }
        PrivateKey key = key(pem.getKey().toStringUtf8());
        if (!key.getAlgorithm().equals(chain.getFirst().getPublicKey().getAlgorithm())) {
            throw new GeneralSecurityException("the key is not of the certificate's algorithm");
        }
        return new Shown(List.copyOf(chain), key);
    }

    private static PrivateKey key(String pem) throws GeneralSecurityException {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            // Before a key on a curve there may be the curve's parameters.
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                if (part instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
                if (part instanceof PrivateKeyInfo key) {
                    return converter.getPrivateKey(key);
                }
            }
            throw new GeneralSecurityException("there is no private key in it that could be read without a password");
        } catch (IOException e) {
            throw new GeneralSecurityException("the private key cannot be read: " + e.getMessage(), e);
        }
    }

    /** One that nobody trusts. */
    static Shown selfSigned(Instant now, SecureRandom chance) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), chance);
        KeyPair keys = generator.generateKeyPair();
        try {
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(new JcaX509v3CertificateBuilder(
                                    NAME,
                                    new BigInteger(SERIAL_BITS, chance).add(BigInteger.ONE),
                                    Date.from(now.minus(1, ChronoUnit.HOURS)),
                                    Date.from(now.plus(DAYS, ChronoUnit.DAYS)),
                                    NAME,
                                    keys.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
            return new Shown(List.of(certificate), keys.getPrivate());
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("a certificate cannot be signed", e);
        }
    }
}
