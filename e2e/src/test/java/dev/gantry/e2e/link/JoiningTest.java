package dev.gantry.e2e.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gantry.agent.connection.LinkException;
import dev.gantry.agent.connection.NodeIdentity;
import dev.gantry.proto.Administration;
import dev.gantry.proto.AgentsGrpc;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Hello;
import dev.gantry.proto.JoinRequest;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.RenewRequest;
import dev.gantry.proto.ToAgent;
import dev.gantry.store.memory.MemoryBackend;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoiningTest {

    @TempDir
    Path directory;

    private final HandClock clock = new HandClock();
    private Controller controller;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        controller = new Controller(directory, new MemoryBackend(), clock, 0);
        controller.throne.take("first");
    }

    @AfterEach
    void close() {
        controller.close();
    }

    private Agent join(String invitation) {
        return Agent.start(directory.resolve("agent"), clock, Optional.of(invitation), controller.address());
    }

    @Test
    void aMachineWithATokenBecomesANode() throws Exception {
        try (Agent agent = join(controller.invitation())) {
            await().until(() -> LinkBed.node(controller.store, agent.id()).isPresent());
            assertThat(agent.id()).matches("[0-9a-f]{32}");
            assertThat(LinkBed.node(controller.store, agent.id()).orElseThrow())
                    .returns("machine", node -> node.getInfo().getName())
                    .returns(Readiness.READY, node -> node.getReadiness())
                    .returns(Administration.ACTIVE, node -> node.getAdministration())
                    .returns(1L, node -> node.getEpoch());
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("agent/key.pem"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aNodeThatWasGoneComesBackAsItself() throws Exception {
        String invitation = controller.invitation();
        String id;
        try (Agent agent = join(invitation)) {
            id = agent.id();
        }
        try (Agent again = join(invitation)) {
            assertThat(again.id()).isEqualTo(id);
            await().until(again::isConnected);
        }
    }

    @Test
    void aTokenAdmitsOneNodeOnly() throws Exception {
        String invitation = controller.invitation();
        try (Agent agent = join(invitation)) {
            assertThatThrownBy(() -> Agent.start(
                            directory.resolve("second"), clock, Optional.of(invitation), controller.address()))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("was used already, by node " + agent.id());
        }
    }

    @Test
    void aTokenAdmitsAsManyNodesAsItWasMadeFor() throws Exception {
        String invitation = controller.tokens.issue(Duration.ofHours(1), 2) + "@" + controller.address();
        for (String name : List.of("first", "second")) {
            Agent.start(directory.resolve(name), clock, Optional.of(invitation), controller.address())
                    .close();
        }
        assertThatThrownBy(() -> join(invitation))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("has admitted the 2 nodes that it was made for");
    }

    @Test
    void aTokenAdmitsABoundedNumberOfNodes() {
        for (int uses : List.of(0, 10_001)) {
            assertThatThrownBy(() -> controller.tokens.issue(Duration.ofHours(1), uses))
                    .hasMessage("a join token admits 1 to 10000 nodes, was " + uses);
        }
    }

    @Test
    void anExpiredTokenSaysSo() throws Exception {
        String invitation = controller.invitation();
        clock.advance(Duration.ofMinutes(61));
        assertThatThrownBy(() -> join(invitation)).hasMessageContaining("expired at");
    }

    @Test
    void aWrongSecretIsNotToldFromAnUnknownToken() throws Exception {
        String invitation = controller.invitation();
        String wrong = invitation.replaceFirst("\\.[0-9a-f]{32}", "." + "0".repeat(32));
        assertThatThrownBy(() -> join(wrong)).hasMessageContaining("the join token is unknown here");
        String unknown = invitation.replaceFirst("-[0-9a-f]+\\.", "-abcdef.");
        assertThatThrownBy(() -> join(unknown)).hasMessageContaining("the join token is unknown here");
    }

    @Test
    void whoGuessesIsSlowedDown() throws Exception {
        String invitation = controller.invitation();
        String wrong = invitation.replaceFirst("\\.[0-9a-f]{32}", "." + "0".repeat(32));
        for (int guess = 0; guess < 5; guess++) {
            assertThatThrownBy(() -> join(wrong)).hasMessageContaining("unknown here");
        }
        assertThatThrownBy(() -> join(invitation)).hasMessageContaining("too many wrong join tokens");
        clock.advance(Duration.ofSeconds(61));
        join(invitation).close();
    }

    @Test
    void theSecretIsNotToldToAnotherCluster() throws Exception {
        try (Controller other = new Controller(directory.resolve("other"), new MemoryBackend(), clock, 0)) {
            String misled = controller.tokens.issue(Duration.ofHours(1)) + "@" + other.address();
            assertThatThrownBy(() -> join(misled))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("its authority has another hash");
            // Nothing was sent, so the token is still good.
            join(misled.replace(other.address(), controller.address())).close();
        }
    }

    @Test
    void aNodeOfOneClusterIsNotTakenByAnother() throws Exception {
        join(controller.invitation()).close();
        try (Controller other = new Controller(directory.resolve("other"), new MemoryBackend(), clock, 0)) {
            String invitation = other.invitation();
            assertThatThrownBy(() -> join(invitation)).hasMessageContaining("of another cluster than the token's");
        }
    }

    @Test
    void withoutCertificateOnlyJoiningIsAllowed() throws Exception {
        ManagedChannel channel = channel(Optional.empty());
        try {
            AgentsGrpc.AgentsBlockingStub stub = AgentsGrpc.newBlockingStub(channel);
            assertThatThrownBy(() -> stub.renew(RenewRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
            assertThatThrownBy(() -> stub.join(JoinRequest.getDefaultInstance()))
                    .hasMessageContaining("the join token is unknown here");
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aNodeCannotSpeakForAnother() throws Exception {
        join(controller.invitation()).close();
        ManagedChannel channel = channel(Optional.of(directory.resolve("agent")));
        try {
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            StreamObserver<FromAgent> session = AgentsGrpc.newStub(channel).session(new Failures(failure));
            session.onNext(FromAgent.newBuilder()
                    .setHello(Hello.newBuilder()
                            .setNodeId("f".repeat(32))
                            .setInfo(NodeInfo.newBuilder().setCluster("default")))
                    .build());
            assertThat(failure.get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("PERMISSION_DENIED")
                    .hasMessageContaining("f".repeat(32));
            assertThat(LinkBed.node(controller.store, "f".repeat(32))).isEmpty();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aDeregisteredNodeIsRefused() throws Exception {
        try (Agent agent = join(controller.invitation())) {
            await().until(agent::isConnected);
            LinkBed.changeNode(
                    controller.store, agent.id(), node -> node.setAdministration(Administration.DEREGISTERED));
            await().until(() -> !agent.isConnected());
            LinkBed.place(controller.store, "late", agent.id());
            ManagedChannel channel = channel(Optional.of(directory.resolve("agent")));
            assertThatThrownBy(() -> AgentsGrpc.newBlockingStub(channel).renew(RenewRequest.getDefaultInstance()))
                    .hasMessageContaining("was deregistered");
            channel.shutdownNow();
            assertThat(agent.workshop.desired()).doesNotContainKey("late");
        }
    }

    @Test
    void aMachineThatGaveItsIdentityUpJoinsAsANewNode() throws Exception {
        String before;
        try (Agent agent = join(controller.invitation())) {
            await().until(agent::isConnected);
            before = agent.id();
        }
        NodeIdentity.forget(directory.resolve("agent"));
        try (Agent again = join(controller.invitation())) {
            await().until(again::isConnected);
            assertThat(again.id()).isNotEqualTo(before);
        }
    }

    @Test
    void aCertificateIsRenewedWhileTheNodeWorksOn() throws Exception {
        try (Agent agent = join(controller.invitation())) {
            await().until(agent::isConnected);
            String before = Files.readString(directory.resolve("agent/cert.pem"));
            clock.advance(Duration.ofDays(75));
            await().until(() ->
                    !Files.readString(directory.resolve("agent/cert.pem")).equals(before));
            await().until(agent::isConnected);
        }
    }

    @Test
    void anExpiredCertificateIsGoodForARenewalOnly() throws Exception {
        String id;
        try (Agent agent = join(controller.invitation())) {
            id = agent.id();
        }
        clock.advance(Duration.ofDays(93));
        ManagedChannel channel = channel(Optional.of(directory.resolve("agent")));
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        StreamObserver<FromAgent> _ = AgentsGrpc.newStub(channel).session(new Failures(failure));
        assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("expired at");
        channel.shutdownNow();

        try (Agent back = Agent.start(directory.resolve("agent"), clock, Optional.empty(), controller.address())) {
            await().until(back::isConnected);
            assertThat(back.id()).isEqualTo(id);
        }
    }

    private ManagedChannel channel(Optional<Path> identity) throws IOException {
        TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder()
                .trustManager(new ByteArrayInputStream(
                        controller.authority.certificatePem().getBytes(StandardCharsets.US_ASCII)));
        if (identity.isPresent()) {
            credentials.keyManager(
                    identity.get().resolve("cert.pem").toFile(),
                    identity.get().resolve("key.pem").toFile());
        }
        return NettyChannelBuilder.forAddress("127.0.0.1", controller.server.port(), credentials.build())
                .build();
    }

    /** Waits for the end of a stream. */
    private record Failures(CompletableFuture<Throwable> failure) implements StreamObserver<ToAgent> {
        @Override
        public void onNext(ToAgent message) {}

        @Override
        public void onError(Throwable cause) {
            failure.complete(cause);
        }

        @Override
        public void onCompleted() {
            failure.complete(new IllegalStateException("the stream ended in good order"));
        }
    }
}
