package dev.gantry.controller.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.SealedSecret;
import dev.gantry.store.ImageStore;
import dev.gantry.store.memory.MemoryBackend;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String NODE = "0123456789abcdef0123456789abcdef";

    @TempDir
    Path directory;

    private final SecureRandom chance = new SecureRandom();
    private final MemoryBackend backend = new MemoryBackend();

    private Seal seal(String file) {
        return new Seal(ClusterKey.loadOrCreate(directory.resolve(file), chance), chance);
    }

    private Vault vault(ImageStore store, String file) {
        return new Vault(store, seal(file));
    }

    private ImageStore store() throws InterruptedException {
        return ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES);
    }

    @Test
    void aClusterKeyIsMadeOnceAndOnlyItsOwnerReadsIt() throws IOException {
        ClusterKey made = ClusterKey.loadOrCreate(directory.resolve("cluster.key"), chance);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("cluster.key"))))
                .isEqualTo("rw-------");
        assertThat(ClusterKey.loadOrCreate(directory.resolve("cluster.key"), chance)
                        .id())
                .isEqualTo(made.id());
    }

    @Test
    void anEmptyOrShortOrOpenClusterKeyIsRefused() throws IOException {
        Path file = directory.resolve("cluster.key");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> ClusterKey.loadOrCreate(file, chance))
                .hasMessageContaining("has 0 bytes instead of 32");
        Files.write(file, new byte[31]);
        assertThatThrownBy(() -> ClusterKey.loadOrCreate(file, chance)).hasMessageContaining("has 31 bytes");
        Files.write(file, new byte[32]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> ClusterKey.loadOrCreate(file, chance)).hasMessageContaining("chmod 600");
    }

    @Test
    void aSealedSecretOpensUnderItsOwnPathOnly() {
        Seal seal = seal("cluster.key");
        SealedSecret sealed = seal.seal("a/b", "secret".getBytes(UTF_8));
        assertThat(seal.open("a/b", sealed)).asString(UTF_8).isEqualTo("secret");
        assertThat(sealed.getCiphertext().size()).isEqualTo("secret".length() + 16);
        assertThatThrownBy(() -> seal.open("a/c", sealed)).hasMessageContaining("damaged or belongs elsewhere");
        SealedSecret damaged = sealed.toBuilder()
                .setCiphertext(sealed.getCiphertext().concat(ByteString.copyFrom(new byte[] {1})))
                .build();
        assertThatThrownBy(() -> seal.open("a/b", damaged)).hasMessageContaining("damaged");
    }

    @Test
    void noNonceIsUsedTwice() {
        Seal seal = seal("cluster.key");
        assertThat(IntStream.range(0, 1000)
                        .mapToObj(i -> seal.seal("p", new byte[1]).getNonce()))
                .doesNotHaveDuplicates();
    }

    @Test
    void theKeyOfAUserSaysWhichCurveItIsOnWithItsPublicKey() throws Exception {
        try (ImageStore store = store()) {
            Authority authority = Authority.open(vault(store, "cluster.key"), NOW, chance);
            ServerIdentity user = authority.issueUser("ann", List.of("friends"), NOW);
            assertThat(user.curveKeyPem()).startsWith("-----BEGIN EC PRIVATE KEY-----\n");
            try (PEMParser parser = new PEMParser(new StringReader(user.curveKeyPem()))) {
                KeyPair pair = new JcaPEMKeyConverter().getKeyPair((PEMKeyPair) parser.readObject());
                assertThat(((ECPrivateKey) pair.getPrivate()).getS()).isEqualTo(((ECPrivateKey) user.key()).getS());
                assertThat(pair.getPublic()).isEqualTo(user.chain().getFirst().getPublicKey());
            }
        }
    }

    @Test
    void allControllersOfAClusterAreTheSameAuthority() throws Exception {
        try (ImageStore first = store();
                ImageStore second = store()) {
            Authority one = Authority.open(vault(first, "cluster.key"), NOW, chance);
            Authority two = Authority.open(vault(second, "cluster.key"), NOW.plusSeconds(1), chance);
            assertThat(two.certificate()).isEqualTo(one.certificate());
            assertThat(two.fingerprint()).isEqualTo(one.fingerprint()).matches("[0-9a-z]{50}");
        }
    }

    @Test
    void aControllerWithAnotherClusterKeyIsToldWhatToDo() throws Exception {
        try (ImageStore first = store();
                ImageStore second = store()) {
            Authority.open(vault(first, "cluster.key"), NOW, chance);
            Vault other = vault(second, "other.key");
            assertThatThrownBy(() -> Authority.open(other, NOW, chance))
                    .isInstanceOf(IdentityException.class)
                    .hasMessageContaining("copy cluster.key from the first controller of this cluster to "
                            + directory.resolve("other.key"));
        }
    }

    @Test
    void aNodeCertificateIsANodesForNinetyDays() throws Exception {
        try (ImageStore store = store()) {
            Authority authority = Authority.open(vault(store, "cluster.key"), NOW, chance);
            X509Certificate issued = Pem.certificate(authority.issueNode(request("SHA256withECDSA"), NODE, NOW));
            issued.verify(authority.certificate().getPublicKey());
            assertThat(issued.getSubjectX500Principal().getName()).isEqualTo("CN=" + NODE);
            assertThat(issued.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
            assertThat(issued.getNotAfter().toInstant()).isEqualTo(NOW.plus(Duration.ofDays(90)));
            assertThat(issued.getBasicConstraints()).isEqualTo(-1);
            assertThat(issued.getSubjectAlternativeNames()).isNull();
        }
    }

    @Test
    void aServerCertificateHasTheConfiguredNamesOnly() throws Exception {
        try (ImageStore store = store()) {
            Authority authority = Authority.open(vault(store, "cluster.key"), NOW, chance);
            ServerIdentity server = authority.issueServer(List.of("gantry.lan", "10.0.0.1", "::1"), NOW);
            assertThat(server.chain().getFirst().getSubjectAlternativeNames())
                    .extracting(name -> String.valueOf(name.get(1)))
                    .containsExactly("gantry.lan", "10.0.0.1", "0:0:0:0:0:0:0:1");
            assertThat(server.chain().getLast()).isEqualTo(authority.certificate());
            assertThatThrownBy(() -> authority.issueServer(List.of("a b"), NOW))
                    .hasMessageContaining("neither an address nor a DNS name");
        }
    }

    @Test
    void aCertificateRequestThatIsNoneIsRefused() throws Exception {
        try (ImageStore store = store()) {
            Authority authority = Authority.open(vault(store, "cluster.key"), NOW, chance);
            assertThatThrownBy(() -> authority.issueNode(new byte[] {1, 2, 3}, NODE, NOW))
                    .isInstanceOf(IdentityException.class);
            byte[] altered = request("SHA256withECDSA");
            altered[altered.length - 1] ^= 1;
            assertThatThrownBy(() -> authority.issueNode(altered, NODE, NOW)).isInstanceOf(IdentityException.class);
            assertThatThrownBy(() -> authority.issueNode(new byte[20_000], NODE, NOW))
                    .hasMessageContaining("at most");
        }
    }

    @Test
    void secretsOfTheClusterStayTheSame() throws Exception {
        try (ImageStore store = store()) {
            ClusterSecrets secrets = new ClusterSecrets(vault(store, "cluster.key"), chance);
            RootCredentials made = secrets.rootCredentials(Optional.empty(), Optional.empty());
            assertThat(made.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
            assertThat(made.secretAccessKey()).hasSize(40);
            assertThat(made.toString()).doesNotContain(made.secretAccessKey());
            store.snapshotAt(1);
            assertThat(secrets.rootCredentials(Optional.empty(), Optional.empty()))
                    .isEqualTo(made);
            assertThat(secrets.clusterUid()).isEqualTo(secrets.clusterUid()).matches("[0-9a-f]{16}");
            assertThat(secrets.pageTokenKey()).isEqualTo(secrets.pageTokenKey()).hasSize(32);
        }
    }

    @Test
    void givenRootCredentialsReplaceTheStoredOnes() throws Exception {
        try (ImageStore store = store()) {
            ClusterSecrets secrets = new ClusterSecrets(vault(store, "cluster.key"), chance);
            RootCredentials made = secrets.rootCredentials(Optional.empty(), Optional.empty());
            RootCredentials given = secrets.rootCredentials(Optional.of("AKIDTEST"), Optional.empty());
            assertThat(given).isEqualTo(new RootCredentials("AKIDTEST", made.secretAccessKey()));
            store.snapshotAt(store.snapshot().revision());
            assertThat(secrets.rootCredentials(Optional.empty(), Optional.of("s")))
                    .isEqualTo(new RootCredentials("AKIDTEST", "s"));
            assertThatThrownBy(() -> secrets.rootCredentials(Optional.of(""), Optional.empty()))
                    .hasMessageContaining("must not be empty");
        }
    }

    private byte[] request(String algorithm) throws Exception {
        KeyPair pair = Certificates.newKey(chance);
        return new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=anything"), pair.getPublic())
                .build(new JcaContentSignerBuilder(algorithm).build(pair.getPrivate()))
                .getEncoded();
    }
}
