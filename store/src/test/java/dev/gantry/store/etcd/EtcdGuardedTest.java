package dev.gantry.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.UnavailableException;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters that ask for a password or a certificate, or that are full. */
final class EtcdGuardedTest {

    @TempDir
    private Path directory;

    @Test
    void aFullClusterIsNamedWithWhatToRun() throws Exception {
        try (EtcdServer server = EtcdServer.start(directory, "--quota-backend-bytes=1000000");
                EtcdBackend backend = open(EtcdSettings.of(List.of(server.endpoint())))) {
            assertThatThrownBy(() -> fill(backend))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("NOSPACE")
                    .hasMessageContaining("etcdctl defrag")
                    .hasMessageContaining(server.endpoint().toString());
            assertThat(backend.read().entries()).isNotEmpty();
        }
    }

    @Test
    void aPasswordIsUsedWhereOneIsAsked() throws Exception {
        try (EtcdServer server = EtcdServer.start(directory)) {
            enableAuthentication(server.endpoint());
            EtcdSettings settings = EtcdSettings.of(List.of(server.endpoint())).withDeadline(Duration.ofSeconds(10));
            try (EtcdBackend stranger = open(settings)) {
                assertThatThrownBy(stranger::read).isInstanceOf(UnavailableException.class);
            }
            try (EtcdBackend known = open(settings.withCredentials(new EtcdSettings.Credentials("root", "secret")))) {
                known.commit(put("k//a", "x"));
                assertThat(known.read().entries()).hasSize(1);
            }
        }
    }

    @Test
    void speaksTlsWithACertificateOfItsOwn() throws Exception {
        makeCertificates();
        try (EtcdServer server = EtcdServer.startSecure(
                directory,
                "--cert-file=" + directory.resolve("server.crt"),
                "--key-file=" + directory.resolve("server.key"),
                "--client-cert-auth",
                "--trusted-ca-file=" + directory.resolve("ca.crt"))) {
            EtcdSettings settings = EtcdSettings.of(List.of(server.endpoint())).withDeadline(Duration.ofSeconds(10));
            EtcdSettings.Identity own =
                    new EtcdSettings.Identity(directory.resolve("client.crt"), directory.resolve("client.key"));
            try (EtcdBackend backend =
                    open(settings.withTls(new EtcdSettings.Tls(directory.resolve("ca.crt"), Optional.of(own))))) {
                await().ignoreExceptions()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> backend.read().revision() > 0);
                backend.commit(put("k//a", "x"));
                assertThat(backend.read().entries()).hasSize(1);
            }
        }
    }

    private static EtcdBackend open(EtcdSettings settings) {
        return EtcdBackend.open(settings, () -> ThreadLocalRandom.current().nextLong());
    }

    private static void fill(EtcdBackend backend) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            backend.commit(put("k//" + i, "x".repeat(100_000)));
        }
    }

    private static Request put(String path, String value) {
        return new Request(Map.of(path, 0L), Map.of(path, Optional.of(ByteString.copyFromUtf8(value))), Map.of());
    }

    private static void enableAuthentication(URI endpoint) throws Exception {
        ByteSequence root = ByteSequence.from("root", StandardCharsets.UTF_8);
        try (Client client = Client.builder().endpoints(endpoint).build()) {
            Auth auth = client.getAuthClient();
            auth.userAdd(root, ByteSequence.from("secret", StandardCharsets.UTF_8))
                    .get();
            auth.roleAdd(root).get();
            auth.userGrantRole(root, root).get();
            auth.authEnable().get();
        }
    }

    private void makeCertificates() throws Exception {
        Files.writeString(directory.resolve("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=test-ca -days 2");
        for (String name : List.of("server", "client")) {
            openssl("req -newkey rsa:2048 -nodes -keyout " + name + ".key -out " + name + ".csr -subj /CN=" + name);
            openssl("x509 -req -in " + name
                    + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out " + name + ".crt");
        }
    }

    private void openssl(String arguments) throws Exception {
        try {
            int exit = new ProcessBuilder(List.of(("openssl " + arguments).split(" ", -1)))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            assertThat(exit).isZero();
        } catch (IOException e) {
            assumeTrue(false, "there is no openssl on the PATH: " + e.getMessage());
        }
    }
}
