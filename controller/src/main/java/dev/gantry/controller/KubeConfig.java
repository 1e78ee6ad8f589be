package dev.gantry.controller;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.controller.identity.ServerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** The file {@code kubeconfig} in the data directory: how kubectl reaches this controller, as its administrator. */
final class KubeConfig {

    private static final String FILE = "kubeconfig";
    private static final String ADMINISTRATOR = "kubernetes-admin";
    private static final String MASTERS = "system:masters";

    private KubeConfig() {}

    /** Each start makes a new key; an old file goes on to work until its certificate ends. */
    static void write(Identity identity, String url, Instant now) throws IOException {
        ServerIdentity administrator = identity.authority().issueUser(ADMINISTRATOR, List.of(MASTERS), now);
        Path draft = Files.createTempFile(
                identity.folder(),
                FILE,
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, text(identity, url, administrator));
        Files.move(
                draft,
                identity.folder().resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static String text(Identity identity, String url, ServerIdentity administrator) {
        return """
            apiVersion: v1
            kind: Config
            clusters:
            - name: gantry
              cluster:
                server: %s
                certificate-authority-data: %s
            users:
            - name: gantry
              user:
                client-certificate-data: %s
                client-key-data: %s
            contexts:
            - name: gantry
              context:
                cluster: gantry
                user: gantry
            current-context: gantry
            """.formatted(
                        url,
                        encoded(identity.authority().certificatePem()),
                        encoded(administrator.chainPem()),
                        encoded(administrator.curveKeyPem()));
    }

    private static String encoded(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(UTF_8));
    }
}
