package dev.gantry.controller.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * With what a controller proves itself to those who connect.
 *
 * @param chain its certificate first, then the authority's, whose hash is in the join tokens
 */
public record ServerIdentity(PrivateKey key, List<X509Certificate> chain) {

    public ServerIdentity {
        chain = List.copyOf(chain);
    }

    public String keyPem() {
        return Pem.of(key);
    }

    /** The key in the form that says of itself that it is on a curve: some clients take the other one for RSA. */
    public String curveKeyPem() {
        return Pem.ofCurve(key, (ECPublicKey) chain.getFirst().getPublicKey());
    }

    public String chainPem() {
        return chain.stream().map(Pem::of).collect(Collectors.joining());
    }

    /** For a TLS server within this process. */
    public KeyManager[] keyManagers() {
        try {
            char[] unused = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, unused);
            store.setKeyEntry("server", key, unused, chain.toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, unused);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot use the server's key", e);
        }
    }

    /** Without the key: what prints a record prints this. */
    @Override
    public String toString() {
        return "ServerIdentity[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
