package dev.gantry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * Where the Kubernetes API is and who asks, as a kubeconfig file says for its current context.
 *
 * @param server    without a slash at its end
 * @param namespace of what names none
 * @param token     for the header {@code Authorization}, where no certificate tells who asks
 */
public record KubeAccess(URI server, String namespace, Optional<String> token, SSLContext tls) {

    private static final int BYTES_MAX = 1 << 20;
    private static final char[] NO_PASSWORD = new char[0];

    /** Reads the file; files that it names are looked up beside it. */
    public static KubeAccess read(Path file) {
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw unusable(file, "it is larger than 1 MiB");
            }
            return new Reader(file, new ObjectMapper(new YAMLFactory()).readTree(file.toFile())).access();
        } catch (NoSuchFileException _) {
            throw new Failure(
                    Exit.NOT_FOUND,
                    "no Kubernetes API to talk to",
                    "there is no kubeconfig file " + file,
                    "start a server with `gantry up`, or name a file with --kubeconfig");
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(file, String.valueOf(e.getMessage()));
        }
    }

    private static Failure unusable(Path file, String why) {
        return new Failure(
                Exit.INVALID, "cannot use the kubeconfig file " + file, why, "print one with: gantry kubeconfig");
    }

    private record Reader(Path file, JsonNode root) {

        KubeAccess access() throws IOException, GeneralSecurityException {
            String current = root.path("current-context").asText();
            JsonNode context = named("contexts", current).path("context");
            JsonNode cluster =
                    named("clusters", context.path("cluster").asText()).path("cluster");
            JsonNode user = named("users", context.path("user").asText()).path("user");
            for (String unknown : new String[] {"exec", "auth-provider", "username"}) {
                if (user.has(unknown)) {
                    throw unusable(file, "its user signs in by \"" + unknown + "\", which is not supported");
                }
            }
            String server = cluster.path("server").asText().replaceFirst("/+$", "");
            if (!server.matches("https?://[^/\\s]+(/\\S*)?")) {
                throw unusable(file, "\"" + server + "\" is no server's address");
            }
            String namespace = context.path("namespace").asText("");
            return new KubeAccess(
                    URI.create(server), namespace.isEmpty() ? "default" : namespace, token(user), tls(cluster, user));
        }

        private JsonNode named(String list, String name) {
            for (JsonNode entry : root.path(list)) {
                if (entry.path("name").asText().equals(name)) {
                    return entry;
                }
            }
            throw unusable(file, "it has nothing called \"" + name + "\" among its " + list);
        }

        private Optional<String> token(JsonNode user) throws IOException {
            if (user.has("token")) {
                return Optional.of(user.path("token").asText());
            }
            return user.has("tokenFile")
                    ? Optional.of(
                            Files.readString(beside(user.path("tokenFile"))).strip())
                    : Optional.empty();
        }

        private SSLContext tls(JsonNode cluster, JsonNode user) throws IOException, GeneralSecurityException {
            SSLContext context = SSLContext.getInstance("TLS");
            Optional<String> key = text(user, "client-key");
            Optional<String> authority = text(cluster, "certificate-authority");
            context.init(
                    key.isPresent()
                            ? identity(
                                    key.get(), text(user, "client-certificate").orElse(""))
                            : null,
                    authority.isPresent() ? Authorities.read(stream(authority.get())) : null,
                    null);
            return context;
        }

        private static KeyManager[] identity(String key, String chain) throws IOException, GeneralSecurityException {
            KeyStore store = Authorities.emptyStore();
            Certificate[] certificates = Authorities.certificates(stream(chain)).toArray(Certificate[]::new);
            store.setKeyEntry("user", privateKey(key), NO_PASSWORD, certificates);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            return keys.getKeyManagers();
        }

        private static InputStream stream(String pem) {
            return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
        }

        /** What stands in the file itself, or in another one that it names. */
        private Optional<String> text(JsonNode holder, String name) throws IOException {
            if (holder.has(name + "-data")) {
                byte[] bytes = Base64.getMimeDecoder()
                        .decode(holder.path(name + "-data").asText());
                return Optional.of(new String(bytes, StandardCharsets.US_ASCII));
            }
            return holder.has(name) ? Optional.of(Files.readString(beside(holder.path(name)))) : Optional.empty();
        }

        private Path beside(JsonNode name) {
            return file.toAbsolutePath().resolveSibling(name.asText());
        }

        private static PrivateKey privateKey(String pem) throws IOException, GeneralSecurityException {
            try (PEMParser parser = new PEMParser(new StringReader(pem))) {
                JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
                return switch (parser.readObject()) {
                    case PrivateKeyInfo info -> converter.getPrivateKey(info);
                    case PEMKeyPair pair -> converter.getKeyPair(pair).getPrivate();
                    case null, default ->
                        throw new GeneralSecurityException("client-key is no private key without a password");
                };
            }
        }
    }
}
