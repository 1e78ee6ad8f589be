package dev.gantry.controller.dispatch;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Accepts certificates that our authority issued to nodes. One that has expired of late gets through the handshake, because
 * its node may still renew it; {@link Admission} lets it do nothing else.
 */
final class NodeTrust extends X509ExtendedTrustManager {

    /** How long after its end a certificate may still be renewed. */
    static final Duration RENEWABLE_FOR = Duration.ofDays(7);

    private static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

    private final X509Certificate authority;
    private final InstantSource clock;

    NodeTrust(X509Certificate authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("there is no certificate");
        }
        X509Certificate leaf = chain[0];
        try {
            leaf.verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the certificate was not issued by this cluster's authority", e);
        }
        List<String> purposes = leaf.getExtendedKeyUsage();
        if (purposes == null || !purposes.equals(List.of(CLIENT_AUTHENTICATION))) {
            throw new CertificateException("the certificate is not a node's");
        }
        if (leaf.getNotBefore().toInstant().isAfter(clock.instant())) {
            throw new CertificateException("the certificate is valid from " + leaf.getNotBefore() + " only");
        }
        if (leaf.getNotAfter().toInstant().plus(RENEWABLE_FOR).isBefore(clock.instant())) {
            throw new CertificateException("the certificate expired at " + leaf.getNotAfter());
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("controllers do not connect to anybody here");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {authority};
    }
}
