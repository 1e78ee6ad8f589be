package dev.gantry.agent.ingress;

import dev.gantry.agent.ingress.Certificates.Shown;
import dev.gantry.proto.IngressCertificate;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses for each connection the certificate of the host that its client asks for, from those that there are at the moment. */
final class ShownCertificates extends X509ExtendedKeyManager {

    private static final Logger log = LoggerFactory.getLogger(ShownCertificates.class);

    /** Names one of the certificates of one generation to the library. */
    private record Generation(long number, Map<String, Shown> byHost, Map<IngressCertificate, Optional<Shown>> read) {}

    private final Shown otherwise;
    private volatile Generation newest = new Generation(0, Map.of(), Map.of());
    // Connections that were just choosing among them go on to.
    private volatile Generation previous = newest;

    ShownCertificates(Shown otherwise) {
        this.otherwise = otherwise;
    }

    /** @param certificates by what their hosts are called */
    void show(Map<String, IngressCertificate> certificates) {
        Generation before = newest;
        Map<IngressCertificate, Optional<Shown>> read = new HashMap<>();
        Map<String, Shown> byHost = new HashMap<>();
        certificates.forEach((host, certificate) -> {
            Optional<Shown> known = before.read().get(certificate);
            Optional<Shown> shown =
                    known != null ? known : read.computeIfAbsent(certificate, unread -> read(host, unread));
            read.put(certificate, shown);
            shown.ifPresent(one -> byHost.put(host, one));
        });
        previous = before;
        newest = new Generation(before.number() + 1, Map.copyOf(byHost), Map.copyOf(read));
    }

    private static Optional<Shown> read(String host, IngressCertificate certificate) {
        try {
            return Optional.of(Certificates.read(certificate));
        } catch (GeneralSecurityException | RuntimeException e) {
            log.warn("the certificate of host {} cannot be used, another one is shown: {}", host, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        Generation now = newest;
        String name = engine.getHandshakeSession() instanceof ExtendedSSLSession session
                ? host(session.getRequestedServerNames())
                : "";
        String chosen = HostNames.fitting(name).stream()
                .filter(now.byHost()::containsKey)
                .findFirst()
                .map(found -> now.number() + " " + found)
                .orElse("");
        // Another type of key will be asked for next.
        return keyType.equals(shown(chosen).key().getAlgorithm()) ? chosen : null;
    }

    private static String host(List<SNIServerName> names) {
        return names.stream()
                .filter(SNIHostName.class::isInstance)
                .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElse("");
    }

    private Shown shown(String alias) {
        for (Generation generation : List.of(newest, previous)) {
            String prefix = generation.number() + " ";
            if (alias.startsWith(prefix)) {
                return generation.byHost().getOrDefault(alias.substring(prefix.length()), otherwise);
            }
        }
        return otherwise;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return shown(alias).chain().toArray(new X509Certificate[0]);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return shown(alias).key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {""};
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return keyType.equals(otherwise.key().getAlgorithm()) ? "" : null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[0];
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }
}
