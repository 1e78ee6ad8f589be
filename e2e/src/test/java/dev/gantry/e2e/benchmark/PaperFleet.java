package dev.gantry.e2e.benchmark;

import dev.gantry.controller.identity.Authority;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Many paper nodes in this process, each with a certificate, a connection and a directory of its own. */
final class PaperFleet implements AutoCloseable {

    private static final int ZONES = 3;

    private final Path directory;
    private final String controller;
    private final SecureRandom chance = new SecureRandom();
    private final List<PaperNode> nodes = new ArrayList<>();

    /**
     * Gives so many nodes their identities.
     *
     * @param directory in memory, because a thousand agents do not share a disk
     */
    PaperFleet(Path directory, int count, Authority authority, String controller) throws Exception {
        this.directory = directory;
        this.controller = controller;
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256, chance);
        KeyPair pair = generator.generateKeyPair();
        byte[] request = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=node"), pair.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
                .getEncoded();
        String key = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
        for (int number = 0; number < count; number++) {
            // One key for all: it is the handshakes that cost the controller, not whose key it is.
            String certificate = authority.issueNode(request, id(number), Instant.now());
            Path own = Files.createDirectories(directory.resolve("" + number));
            write(own, "key.pem", key);
            write(own, "ca.pem", authority.certificatePem());
            write(own, "cert.pem", certificate);
        }
        for (int number = 0; number < count; number++) {
            nodes.add(node(number));
        }
    }

    private PaperNode node(int number) {
        return new PaperNode(directory.resolve("" + number), info(number), controller, chance);
    }

    private static void write(Path own, String name, String text) throws IOException {
        Files.writeString(own.resolve(name), text, StandardCharsets.US_ASCII);
    }

    static String id(int number) {
        return String.format(Locale.ROOT, "%032x", (number + 1) * 0x9E3779B97F4A7C15L);
    }

    static NodeInfo info(int number) {
        return NodeInfo.newBuilder()
                .setName("paper-" + number)
                .setCluster("default")
                .setCapacity(Resources.newBuilder()
                        .setCpuUnits(16_384)
                        .setMemoryBytes(64L << 30)
                        .addTcpPorts(22))
                .putAttributes("ecs.availability-zone", "zone-" + number % ZONES)
                .putAttributes("ecs.instance-type", "paper.large")
                .putAttributes("stack", number % 10 == 9 ? "test" : "production")
                .putAttributes("ecs.capability.docker-remote-api.1.44", "")
                .putAttributes("ecs.capability.docker-remote-api.1.17", "")
                .putAttributes("ecs.capability.docker-remote-api.1.18", "")
                .putAttributes("ecs.os-type", "linux")
                .putAttributes("ecs.cpu-architecture", "x86_64")
                .build();
    }

    void start() {
        nodes.forEach(PaperNode::start);
    }

    boolean isConnected() {
        return nodes.stream().allMatch(PaperNode::isConnected);
    }

    List<PaperNode> nodes() {
        return nodes;
    }

    int running() {
        return nodes.stream().mapToInt(PaperNode::running).sum();
    }

    /** Cuts nodes off, as when their machines lose power. */
    void cut(List<PaperNode> lost) throws Exception {
        closeAll(lost);
        nodes.removeAll(lost);
    }

    /** Brings machines back that were cut off, with what their agents had kept. */
    void restore(List<PaperNode> lost) {
        for (PaperNode old : lost) {
            int number = Integer.parseInt(old.describe().getName().substring("paper-".length()));
            PaperNode again = node(number);
            nodes.add(again);
            again.start();
        }
    }

    private static void closeAll(List<PaperNode> some) throws Exception {
        List<Callable<Boolean>> ends = new ArrayList<>();
        for (PaperNode node : some) {
            ends.add(() -> {
                node.close();
                return true;
            });
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> end : threads.invokeAll(ends)) {
                boolean _ = end.get();
            }
        }
    }

    @Override
    public void close() throws Exception {
        closeAll(nodes);
    }
}
