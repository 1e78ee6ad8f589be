package dev.gantry.controller.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/** Makes keys and signs certificates; decides nothing about who gets one. */
final class Certificates {

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;
    // Clocks of a home network are rarely right to the second.
    private static final Duration BACKDATED = Duration.ofHours(1);

    /**
     * What a certificate says of an end of the link.
     *
     * @param names subject alternative names, each an address or a DNS name
     */
    record Subject(
            String commonName,
            List<String> organizations,
            PublicKey key,
            List<String> names,
            KeyPurposeId purpose,
            Duration life) {}

    private Certificates() {}

    static KeyPair newKey(SecureRandom chance) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), chance);
        return generator.generateKeyPair();
    }

    static X509Certificate authority(String name, KeyPair key, Duration life, Issuing issuing)
            throws GeneralSecurityException {
        X509v3CertificateBuilder builder = builder(named(name), named(name), key.getPublic(), life, issuing);
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key.getPublic()));
        } catch (IOException e) {
            throw new GeneralSecurityException("cannot write the authority's extensions", e);
        }
        return signed(builder, key.getPrivate(), issuing.chance());
    }

    static X509Certificate leaf(Subject subject, X509Certificate authority, PrivateKey key, Issuing issuing)
            throws GeneralSecurityException {
        X500Name issuer =
                X500Name.getInstance(authority.getSubjectX500Principal().getEncoded());
        X509v3CertificateBuilder builder = builder(issuer, named(subject), subject.key(), subject.life(), issuing);
        try {
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(subject.purpose()));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(authority));
            Optional<GeneralNames> names = alternativeNames(subject.names());
            if (names.isPresent()) {
                builder.addExtension(Extension.subjectAlternativeName, false, names.get());
            }
        } catch (IOException e) {
            throw new GeneralSecurityException("cannot write the certificate's extensions", e);
        }
        return signed(builder, key, issuing.chance());
    }

    /** When, and with which chance, something is signed. */
    record Issuing(Instant now, SecureRandom chance) {}

    private static X500Name named(Subject subject) {
        X500NameBuilder name = new X500NameBuilder(BCStyle.INSTANCE);
        subject.organizations().forEach(organization -> name.addRDN(BCStyle.O, organization));
        return name.addRDN(BCStyle.CN, subject.commonName()).build();
    }

    private static X500Name named(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    private static Optional<GeneralNames> alternativeNames(List<String> names) {
        GeneralName[] all = names.stream()
                .map(name ->
                        new GeneralName(IPAddress.isValid(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
                .toArray(GeneralName[]::new);
        return all.length == 0 ? Optional.empty() : Optional.of(new GeneralNames(all));
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Duration life, Issuing issuing) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, issuing.chance()).add(BigInteger.ONE),
                Date.from(issuing.now().minus(BACKDATED)),
                Date.from(issuing.now().plus(life)),
                subject,
                key);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key, SecureRandom chance)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE)
                            .setSecureRandom(chance)
                            .build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException("cannot sign", e);
        }
    }
}
