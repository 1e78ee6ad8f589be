package dev.gantry.agent.connection;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Accepts whoever has a controller's certificate of the cluster's authority, under whatever name: the authority issues
 * server certificates to controllers only, and their addresses may change.
 */
final class ControllerTrust extends X509ExtendedTrustManager {

    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";

    private final AuthorityCheck authority;
    private final InstantSource clock;

    /** Finds the cluster's authority in what a server presents. */
    interface AuthorityCheck {
        X509Certificate find(X509Certificate[] chain) throws GeneralSecurityException;
    }

    private ControllerTrust(AuthorityCheck authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /** Trusts an authority that is known already. */
    static ControllerTrust of(X509Certificate authority, InstantSource clock) {
        return new ControllerTrust(_ -> authority, clock);
    }

    /** Trusts the authority whose certificate has the fingerprint, once somebody shows it. */
    static ControllerTrust pinned(String fingerprint, InstantSource clock) {
        return new ControllerTrust(
                chain -> {
                    for (X509Certificate certificate : chain) {
                        if (certificate.getBasicConstraints() >= 0
                                && Keys.fingerprint(certificate).equals(fingerprint)) {
                            return certificate;
                        }
                    }
                    throw new CertificateException("the server is not of the cluster that made this join token:"
                            + " its authority has another hash");
                },
                clock);
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("the server shows no certificate");
        }
        X509Certificate leaf = chain[0];
        try {
            X509Certificate issuer = authority.find(chain);
            leaf.verify(issuer.getPublicKey());
        } catch (CertificateException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the server's certificate was not issued by the cluster's authority", e);
        }
        List<String> purposes = leaf.getExtendedKeyUsage();
        if (purposes == null || !purposes.contains(SERVER_AUTHENTICATION)) {
            throw new CertificateException("the server's certificate is not a controller's");
        }
        if (leaf.getNotBefore().toInstant().isAfter(clock.instant())
                || leaf.getNotAfter().toInstant().isBefore(clock.instant())) {
            throw new CertificateException("the server's certificate is valid from " + leaf.getNotBefore() + " to "
                    + leaf.getNotAfter() + ", but the time here is " + clock.instant());
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("nobody connects to an agent");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
